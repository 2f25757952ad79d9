using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>A log line can be searched by its event id and by words that stand in the source.</summary>
public sealed partial class LogTemplateTests
{
    // Ids of lines that are gone. Whoever searches an old log for them must not meet another meaning.
    private static readonly int[] Retired = [2304, 2403];

    private static List<(string File, int Id, string Template)> Events { get; } =
    [
        .. from file in RepositoryFiles.Sources(".cs", "guest-agent", "host-broker", "protocol")
           from match in EventPattern().Matches(File.ReadAllText(file))
           select (RepositoryFiles.Relative(file), int.Parse(match.Groups["id"].Value), match.Groups["template"].Value),
    ];

    [Fact]
    public void Templates_Each_HaveWordsBesideTheirPlaceholders()
    {
        Assert.True(Events.Count > 30, "the pattern no longer finds the log's lines");
        Assert.Empty(Events.Where(e => !WordPattern().IsMatch(Words(e.Template))).Select(e => $"{e.File}: {e.Id}: \"{e.Template}\" is nothing but a placeholder"));
    }

    [Fact]
    public void Templates_OneText_HasOneId() =>
        Assert.Empty(Events.GroupBy(e => (e.File.Split('/')[0], Words(e.Template))).Where(g => g.Count() > 1)
            .Select(g => $"{string.Join(" and ", g.Select(e => e.Id))} say the same: \"{g.First().Template}\""));

    [Fact]
    public void Ids_Each_HaveOneTextAndNoneIsUsedAgain()
    {
        Assert.Empty(Events.GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.File))}"));
        Assert.Empty(Events.Where(e => Retired.Contains(e.Id)).Select(e => $"{e.File}: {e.Id} is the id of a line that is gone; take the next free one"));
    }

    [Fact]
    public void Events_Each_AreFoundByThePattern() =>
        Assert.Equal(
            RepositoryFiles.Sources(".cs", "guest-agent", "host-broker", "protocol").Sum(f => Regex.Count(File.ReadAllText(f), @"\[LoggerMessage\(")), Events.Count);

    // Letter case, blanks and what stands between braces do not make another text.
    private static string Words(string template) => Regex.Replace(PlaceholderPattern().Replace(template, " "), @"\W+", " ").Trim().ToUpperInvariant();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId = )?(?<id>\d+),[^""\]]*?Message = ""(?<template>(?:[^""\\]|\\.)*)""")]
    private static partial Regex EventPattern();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex PlaceholderPattern();

    [GeneratedRegex(@"[A-Z]{4}")]
    private static partial Regex WordPattern();
}
