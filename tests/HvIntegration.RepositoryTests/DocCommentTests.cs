using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>A doc comment says more than the name: meaning, unit, when. Three words hardly ever do.</summary>
public sealed partial class DocCommentTests
{
    private const int WordsMin = 4;

    [Fact]
    public void Summaries_OfTheProduct_HaveMoreThanThreeWords()
    {
        var summaries =
            (from file in RepositoryFiles.Sources(".cs", "protocol", "guest-agent", "host-broker")
             from match in SummaryPattern().Matches(File.ReadAllText(file))
             select (Place: RepositoryFiles.Relative(file), Text: MarginPattern().Replace(match.Groups["text"].Value, " ").Trim())).ToList();

        Assert.True(summaries.Count > 500, "the pattern no longer finds doc comments");
        Assert.Empty(summaries.Where(s => Words(s.Text) < WordsMin).Select(s => $"{s.Place}: \"{s.Text}\": say what it means, in which unit and when, or leave the comment out"));
    }

    // A reference counts as the one word it names.
    private static int Words(string text) => WordPattern().Count(TagPattern().Replace(ReferencePattern().Replace(text, " $1 "), " "));

    [GeneratedRegex(@"///\s*<summary>(?<text>.*?)</summary>", RegexOptions.Singleline)]
    private static partial Regex SummaryPattern();

    [GeneratedRegex(@"\s*\n\s*///\s*")]
    private static partial Regex MarginPattern();

    [GeneratedRegex(@"<\w+ (?:cref|name|langword)=""([^""]*)""\s*/>")]
    private static partial Regex ReferencePattern();

    [GeneratedRegex(@"<[^>]+>")]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"[\w'./:*()\-–%+]+")]
    private static partial Regex WordPattern();
}
