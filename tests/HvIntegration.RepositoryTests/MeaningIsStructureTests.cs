using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>Words come last: nothing reads meaning back out of the words of the product itself, or a new wording changes what it does and shows.</summary>
public sealed partial class MeaningIsStructureTests
{
    // Recordings, headers and inventories have words of others, which their readers must know.
    private static readonly string[] ReadsWordsOfOthers = ["HvIntegration.Recordings/"];

    // Schemes of HTTP's Authorization header; the place that .NET's JSON reader writes behind its sentence.
    private static readonly string[] WordsOfOthers = ["Bearer ", "Basic ", " LineNumber:"];

    private static readonly string[] Folders =
    [
        "host-broker/HvIntegration.Model", "host-broker/HvIntegration.Engine", "host-broker/HvIntegration.Presentation", "host-broker/HvIntegration.History", "host-broker/HvIntegration.HostBroker",
    ];

    [Fact]
    public void Sources_OfTheBroker_ReadNoMeaningOutOfWords()
    {
        var files = new[] { ".cs", ".razor" }.SelectMany(e => RepositoryFiles.Sources(e, Folders)).Select(f => (Name: RepositoryFiles.Relative(f).Replace('\\', '/'), Text: File.ReadAllText(f)))
            .Where(f => !Array.Exists(ReadsWordsOfOthers, r => f.Name.Contains(r, StringComparison.Ordinal))).ToList();
        var sentences = files.SelectMany(f => Constants(f.Text)).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(f => Readings(f.Text, sentences).Select(r => $"{f.Name}: {r}")));
    }

    [Theory]
    [InlineData("""int colon = Sentence.IndexOf(" UTC: ", StringComparison.Ordinal);""")]
    [InlineData("""return colon < 0 ? Sentence : Sentence[(colon + 6)..];""")]
    [InlineData("""missing.FirstOrDefault(m => !m.EndsWith(SignalFrame.NotReported, StringComparison.Ordinal))""")]
    [InlineData("""private const string StackPart = ". Of the stack between: "; int stack = rest.IndexOf(StackPart, StringComparison.Ordinal);""")]
    [InlineData("""[GeneratedRegex(" held [0-9.]+ % of the ", RegexOptions.CultureInvariant)]""")]
    [InlineData("""[GeneratedRegex(@"\G held " + Share + @"(?: \(most of it by .*\))?$")]""")]
    [InlineData("""sentence.Replace("most of it by", "", StringComparison.Ordinal)""")]
    [InlineData("""private static readonly Regex Also = new($@"\. At the same time: (?:a)");""")]
    public void Readings_OfWhatOnceWasThere_AreFound(string code) =>
        Assert.NotEmpty(Readings(code, [.. Constants("""public const string NotReported = "not reported";"""), .. Constants(code)]));

    [Theory]
    [InlineData("""text.StartsWith("Bearer ", StringComparison.Ordinal)""")]
    [InlineData("""name.EndsWith("-cap", StringComparison.Ordinal)""")]
    [InlineData("""page.Append(Text(verdict.Sentence));""")]
    public void Readings_OfWhatIsNone_AreNotFound(string code) => Assert.Empty(Readings(code, []));

    private static IEnumerable<string> Constants(string text) => Constant().Matches(text).Where(m => IsProse(m.Groups["words"].Value)).Select(m => m.Groups["name"].Value);

    private static IEnumerable<string> Readings(string text, ICollection<string> sentences) =>
        Asked().Matches(text).Where(m => m.Groups["words"] is { Success: true } words ? IsProse(words.Value) && !WordsOfOthers.Contains(words.Value) : sentences.Contains(m.Groups["name"].Value))
            .Concat(Pattern().Matches(text).Where(m => IsProse(m.Groups["words"].Value)))
            .Concat(Cut().Matches(text))
            .Select(m => m.Value);

    // A word beside a blank: not an id, a separator or a unit.
    private static bool IsProse(string words) => Prose().IsMatch(words);

    [GeneratedRegex(@"[A-Za-z]{2,} | [A-Za-z]{2,}")]
    private static partial Regex Prose();

    [GeneratedRegex(@"\bconst string (?<name>\w+) =\s*\$?@?""(?<words>(?:[^""\\]|\\.)*)""")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\.(?:IndexOf|LastIndexOf|Split|StartsWith|EndsWith|Contains|Replace|Trim|TrimStart|TrimEnd|IsMatch|Match|Matches)\(\s*(?:\$?@?""(?<words>(?:[^""\\\n]|\\.)*)""|(?:\w+\.)*(?<name>\w+)\s*[,)])")]
    private static partial Regex Asked();

    [GeneratedRegex(@"(?:GeneratedRegex\(|\bRegex(?: \w+ = new)?\()\s*\$?@?""(?<words>[^""\n]*)""")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\b(?:Sentence|WhatHelps|Because|Advice)(?:\.(?:IndexOf|LastIndexOf|Split|StartsWith|EndsWith|Contains|Replace|Substring)\(|\[[^\]\n]*\.\.)")]
    private static partial Regex Cut();
}
