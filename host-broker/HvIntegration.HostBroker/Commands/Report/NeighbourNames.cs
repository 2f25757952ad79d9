using System.Text.RegularExpressions;
using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.Commands.Report;

/// <summary>Takes the names of processes outside the VM out of sentences: whoever gets a report may not know what else runs on the host.</summary>
internal static partial class NeighbourNames
{
    /// <summary>What stands for a process of the host.</summary>
    public const string HostProcess = "a process of the host";

    /// <summary>Suspects whose names stay: VMs, which the verdict is about, and the root partition.</summary>
    /// <param name="vmNames">Names of this host's VMs.</param>
    public static HashSet<string> ThatStay(IEnumerable<string> vmNames) =>
        new(vmNames.Select(ForeignText.Name).Concat([Culprit.RootPartition, Culprit.RootPartitionRest, Culprit.ItsOwnRise]), StringComparer.Ordinal);

    /// <summary>The sentence without the process inside a suspect and with another name for the suspect. Rather cuts too much than leaves part of a name that has brackets itself.</summary>
    /// <param name="sentence">As the verdict has it.</param>
    /// <param name="suspect">What to write for a suspect's name.</param>
    public static string Without(string sentence, Func<string, string> suspect) =>
        SuspectOfSentence().Replace(Process().Replace(sentence, ""), m => $"{m.Groups["before"]}; {suspect(m.Groups["name"].Value)} held {m.Groups["share"]}");

    // As Judge writes it: "; batch-02 held 40 % of the logical processors (most of it by stress)".
    [GeneratedRegex(@" \(most of it by .*\)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Process();

    // As Verdicts writes it: "web-01 suffers from … since …: …; backup held 40 % of the logical processors". Process names may hold anything, so all
    // from the first semicolon to the last share is taken for the name: rather too much than a part of it left.
    [GeneratedRegex(
        @"^(?<before>.*? suffers from .*?); (?<name>.+) held (?<share>[0-9.]+ % of (?:the logical processors|the store's load|the network traffic|the host's memory))",
        RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex SuspectOfSentence();
}
