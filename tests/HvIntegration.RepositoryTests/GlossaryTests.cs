using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>Terms that docs/style.md replaces must not come back in the Markdown pages and in the texts of the programs.</summary>
public sealed class GlossaryTests
{
    // Pattern, replacement, reason. Whole words, any case. A new row also goes into the table of docs/style.md.
    private static readonly Term[] Terms =
    [
        new("told|tells?", "reported, shown, named", "data are not told"),
        new("said", "reported, stated", "programs and machines do not speak"),
        new("gave|gives? up", "returned, provided, cancels", "figurative"),
        new("anew|afresh", "again", "archaic"),
        new("for ever|altogether|once more|all the same", "permanently, in total, again, anyway", "archaic"),
        new("stands?(?!-)|stood", "is, holds, appears; frozen for a stopped clock or VM", "figurative"),
        new("rests", "is inactive, has subsided", "figurative"),
        new("harm(?:s|ed|ful|less)?", "impact, affects, has no impact", "not the term of the field"),
        new("hurts?|suffer(?:s|ed|ing)?", "affected, impact", "machines have no feelings"),
        new("victims?", "affected VM", "not the term of the field"),
        new("culprits?", "suspect", "one term; 'culprit' is only a field name"),
        new("stretch(?:es)?", "time range", "not the term of the field"),
        new("troubles?", "incident, problem", "not the term of the field"),
        new("(?:from|the) (?:inside|outside)", "guest side, host side, in the guest", "the side is the guest or the host"),
        new("in words|in a word", "as text", "figurative"),
        new("nobody|somebody|everybody|whoever", "no process, a user, an account, every account", "say which thing or person"),
        new("mend(?:s|ed|ing)?", "fix", "archaic for software"),
        new("bound(?:s|ed)?", "limit, limited", "not the term of the field"),
        new("ledgers?", "counters", "not the term of the field"),
        new("strangers?", "unknown peer", "figurative"),
        new("hand(?:s|ed)? out", "emits, issues", "figurative"),
        new("h(?:a|u)ngs? up", "closes the connection", "not the term of the field"),
        new("dial(?:s|led|ed|ling|ing)?", "connects", "a socket connects"),
        new("beside", "next to, in addition to", "archaic"),
        new("by hand|at hand", "manually, available", "figurative"),
        new("put aside|puts aside", "set aside", "one term"),
        new("to be had", "available", "archaic"),
        new("goes on|go on", "continues, is open", "figurative"),
        new("want of", "lack of", "archaic"),
        new("any more", "no longer", "not the term of the field"),
        new("asks for (?:a|no|one) token", "requires a token", "figurative"),
        new("judg(?:e|es|ed|ing)", "diagnose", "one term"),
        new("feels?|felt", "measured in the guest", "machines have no feelings"),
        new("(?:colour|behaviour|neighbour|favour)(?:s|ed|ing)?|grey|licence|centre|cancelled|labelled", "color, behavior, neighbor, favor, gray, license, center, canceled, labeled", "US English"),
        new(@"(?:synchron|virtual|normal|util|serial|organ|recogn|initial)is(?:e[sd]?|ing|ation)", "-ize, -ization", "US English"),
    ];

    // style.md lists the terms; pdh-csv.md is made from the table of counters.
    private static readonly string[] Excluded = [Path.Combine("docs", "style.md"), Path.Combine("docs", "counter-sources", "pdh-csv.md")];

    [Fact]
    public void Pages_ReplacedTerms_DoNotComeBack()
    {
        string[] pages = [.. Pages()];
        Assert.NotEmpty(pages);

        string[] found = [.. pages.SelectMany(page => Find(RepositoryFiles.Relative(page), File.ReadAllText(page)))];

        Assert.True(found.Length == 0, $"docs/style.md has other terms for {found.Length} places:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Strings_ReplacedTerms_DoNotComeBack()
    {
        string[] files = [.. new[] { ".cs", ".razor", ".js" }.SelectMany(e => RepositoryFiles.Sources(e, "protocol", "guest-agent", "host-broker"))];
        Assert.NotEmpty(files);

        string[] found =
        [
            .. from file in files
               from text in SourceStrings.Of(file, File.ReadAllText(file))
               from fault in Terms.SelectMany(t => t.In(text.Text))
               select $"{RepositoryFiles.Relative(file)}:{text.Line}: {fault}",
        ];

        Assert.True(found.Length == 0, $"docs/style.md has other terms for {found.Length} texts that users see:\n{string.Join('\n', found)}");
    }

    [Theory]
    [InlineData("a.cs", """throw new X("the cause is told");""", 1)]
    [InlineData("a.cs", """Say($"it {(ok ? "is told why" : "goes on")} {told} here");""", 2)]
    [InlineData("a.cs", "Say(\"\"\"\n    it goes on\n    \"\"\");", 1)]
    [InlineData("a.cs", """// it is told\nSay("told"); var c = '"'; /* it was told */""", 0)]
    [InlineData("a.razor", """<p class="told">It is told.</p>@* told twice *@ @if (said) { <b>said so</b> }""", 2)]
    [InlineData("a.js", "write(`it goes on ${told}`); // it is told", 1)]
    public void Strings_OfASource_HaveTheirTermsOutsideCommentsAndCode(string name, string source, int terms) =>
        Assert.Equal(terms, SourceStrings.Of(name, source.Replace("\\n", "\n", StringComparison.Ordinal)).Sum(t => Terms.Sum(term => term.In(t.Text).Count())));

    [Fact]
    public void Excluded_Each_IsAPage() => Assert.All(Excluded, page => Assert.True(File.Exists(Path.Combine(RepositoryFiles.Root, page)), page));

    [Theory]
    [InlineData("The cause is told.", 1)]
    [InlineData("Bounds and limits", 1)]
    [InlineData("The colour of the neighbour", 2)]
    [InlineData("A stand-alone host inside a rack, boundary 3, restart", 0)]
    [InlineData("`told` and ``a `said` b``, [limits](page.md#what-is-told)", 0)]
    [InlineData("```text\nit was told\n```\nfine", 0)]
    [InlineData("- item\n  ```sh\n  it was told\n  ```\n  told", 1)]
    public void Find_Line_HasItsTermsOutsideCode(string text, int terms) => Assert.Equal(terms, Find("page.md", text).Count());

    [Fact]
    public void Find_Term_NamesFileLineAndReplacement() =>
        Assert.Equal(["page.md:3: 'mended': fix (archaic for software)"], Find("page.md", "# Page\n\nIt was mended."));

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(RepositoryFiles.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Append(Path.Combine(RepositoryFiles.Root, "deploy", "README.md"))
            .Append(Path.Combine(RepositoryFiles.Root, "bench", "foreign", "README.md"))
            .Where(page => !Excluded.Contains(RepositoryFiles.Relative(page)));

    private static IEnumerable<string> Find(string page, string text)
    {
        bool isCode = false;
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                continue;
            }

            if (isCode || line.StartsWith("    ", StringComparison.Ordinal))
            {
                continue;
            }

            // Inline code, link targets and addresses name things that are not prose.
            string prose = Regex.Replace(line, @"(`+)(?!`).*?(?<!`)\1(?!`)|\]\([^)]*\)|https?://\S+", " ");
            foreach (string fault in Terms.SelectMany(t => t.In(prose)))
            {
                yield return $"{page}:{number}: {fault}";
            }
        }
    }

    private sealed record Term(string Pattern, string Instead, string Reason)
    {
        private readonly Regex _words = new($@"\b(?:{Pattern})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        public IEnumerable<string> In(string prose) => _words.Matches(prose).Select(m => $"'{m.Value}': {Instead} ({Reason})");
    }
}
