using System.Text.RegularExpressions;

namespace HvIntegration.HostBroker.Commands.Report;

/// <summary>Takes the names of processes outside the VM out of sentences: whoever gets a report may not know what else runs on the host.</summary>
internal static partial class NeighbourNames
{
    /// <summary>The sentence without the process of a suspect. Rather cuts too much than leaves part of a name that has brackets itself.</summary>
    public static string Without(string sentence) => Process().Replace(sentence, "");

    // As Judge writes it: "; batch-02 held 40 % of the logical processors (most of it by stress)".
    [GeneratedRegex(@" \(most of it by .*\)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Process();
}
