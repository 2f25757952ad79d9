using System.Collections.Frozen;

namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>Names of Windows' counter sets and counters in other languages than English, and their English names.</summary>
/// <remarks>
/// A recording, binary or text, has the names of the system that recorded it. <c>LocalNames.tsv</c> has one line for each name that was found in public
/// recordings, scripts and documents, with its source; where a language has two forms of a name, both are there. Recordings of Japanese, Chinese and Korean
/// systems that were found have English names.
/// </remarks>
public static class LocalNames
{
    private const int SetVotes = 2;

    private static readonly (string Code, string Name)[] Known =
    [
        ("de", "German"), ("fr", "French"), ("es", "Spanish"), ("it", "Italian"), ("pt", "Portuguese"), ("ru", "Russian"),
    ];

    private static readonly FrozenDictionary<(string Kind, string Name), Entry[]> Entries = Load();

    private static readonly FrozenSet<string> EnglishNames = Entries.Values.SelectMany(e => e).Select(e => Form(e.English)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The languages that are known, by their English names.</summary>
    public static IEnumerable<string> Languages => Known.Select(k => k.Name);

    /// <summary>The paths with English names where names are known; others stay as they are.</summary>
    /// <param name="columns">Paths of a header.</param>
    /// <param name="language">The language of most of them, by its English name; null where nothing was translated.</param>
    public static IReadOnlyList<CounterPath> ToEnglish(IReadOnlyList<CounterPath> columns, out string? language)
    {
        var votes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var path in columns)
        {
            foreach (var entry in Find("set", path.Set))
            {
                votes[entry.Language] = votes.GetValueOrDefault(entry.Language) + SetVotes;
            }

            foreach (var entry in Find("counter", path.Counter))
            {
                votes[entry.Language] = votes.GetValueOrDefault(entry.Language) + 1;
            }
        }

        if (votes.Count == 0)
        {
            language = null;
            return columns;
        }

        string code = votes.OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).First().Key;
        var english = new List<CounterPath>(columns.Count);
        bool changed = false;
        foreach (var path in columns)
        {
            string set = English("set", path.Set, code, "");
            var translated = path with { Set = set, Counter = English("counter", path.Counter, code, set) };
            changed |= translated != path;
            english.Add(translated);
        }

        language = changed ? Array.Find(Known, k => k.Code == code).Name : null;
        return changed ? english : columns;
    }

    /// <summary>How many counter sets in a header line have a name of a known language: the code page by which it was decoded fits when they do.</summary>
    public static int SetsIn(ReadOnlySpan<char> header)
    {
        int found = 0;
        foreach (var piece in header.Split('\\'))
        {
            var set = header[piece];
            int bracket = set.IndexOf('(');
            found += Find("set", (bracket < 0 ? set : set[..bracket]).ToString()).Length > 0 ? 1 : 0;
        }

        return found;
    }

    /// <summary>What to do about a header of which no name is known.</summary>
    /// <param name="columns">Paths of the header.</param>
    /// <param name="where">Where to record: "on the host", "in the VM".</param>
    public static string Remedy(IReadOnlyList<CounterPath> columns, string where) =>
        columns.Any(c => !Ascii(c.Set) || !Ascii(c.Counter)) && !columns.Any(c => EnglishNames.Contains(Form(c.Set)))
            ? $"Its names are in none of the languages that hvi reads (English, {string.Join(", ", Languages)}), or the file is in another code page (--code-page). A broker {where} reads the counters of any language"
            : $"Record {where} the counters that docs/diagnose.md lists";

    private static string English(string kind, string name, string language, string set) =>
        Find(kind, name).FirstOrDefault(e => e.Language == language && (e.Sets.Count == 0 || e.Sets.Contains(set)))?.English ?? name;

    private static Entry[] Find(string kind, string name) => Entries.TryGetValue((kind, Form(name)), out var found) ? found : [];

    // Programs write the same name with other dashes, blanks and apostrophes, and in lower case.
    private static string Form(string name) => string.Create(name.Length, name, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = source[i] switch
            {
                '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' => '-',
                '\u00A0' or '\u202F' => ' ',
                '\u2018' or '\u2019' => '\'',
                var c => char.ToUpperInvariant(c),
            };
        }
    });

    private static bool Ascii(string text) => System.Text.Ascii.IsValid(text);

    private static FrozenDictionary<(string Kind, string Name), Entry[]> Load()
    {
        using var stream = typeof(LocalNames).Assembly.GetManifestResourceStream("LocalNames.tsv")!;
        using var reader = new StreamReader(stream);
        var entries = new List<(string Kind, string Name, Entry Entry)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] fields = line.Split('\t');
                entries.Add((fields[1], Form(fields[2]), new Entry(fields[0], fields[3], fields[4].Split('|', StringSplitOptions.RemoveEmptyEntries))));
            }
        }

        return entries.GroupBy(e => (e.Kind, e.Name)).ToFrozenDictionary(g => g.Key, g => g.Select(e => e.Entry).ToArray());
    }

    private sealed record Entry(string Language, string English, IReadOnlyList<string> Sets);
}
