using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Text;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Ingest.Streams;

/// <summary>What a Hello must satisfy, and the bounded facts kept of it.</summary>
internal static class HelloRules
{
    private const int BootIdBytes = 16;
    private const int HintsMax = 32;

    /// <summary>Checks the Hello of an agent against version and limits.</summary>
    /// <param name="hello">The message as it was received.</param>
    /// <param name="brokerVersion">Named in the sentence about what to update.</param>
    /// <exception cref="RefusedException">Another major, a malformed boot id, or more entries than a Hello may have.</exception>
    public static AgentFacts Check(Hello hello, string brokerVersion)
    {
        if (hello.ProtocolMajor != ProtocolVersion.Major)
        {
            string update = hello.ProtocolMajor > ProtocolVersion.Major
                ? $"update hvi on the host (it is {brokerVersion})"
                : $"update hvi-agent in this guest (it is {Cut(hello.AgentVersion)})";
            throw new RefusedException(
                RefuseReason.Version,
                $"The agent uses protocol {hello.ProtocolMajor}.{hello.ProtocolMinor}, the broker {ProtocolVersion.Major}.{ProtocolVersion.Minor}: {update}.",
                $"{char.ToUpperInvariant(update[0])}{update[1..]}.");
        }

        if (hello.BootId.Length != BootIdBytes)
        {
            throw new RefusedException(
                RefuseReason.Malformed, $"Hello.boot_id has {hello.BootId.Length} bytes instead of {BootIdBytes}.", "Reinstall hvi-agent in this guest.");
        }

        Bound("metric descriptors", hello.Catalog.Count, ProtocolLimits.HelloEntriesMax);
        Bound("identity hints", hello.IdentityHints.Count, ProtocolLimits.HelloEntriesMax);
        Bound("collectors", hello.Collectors.Count, ProtocolLimits.CollectorsMax);
        Bound("capabilities", hello.Capabilities.Count, ProtocolLimits.HelloEntriesMax);

        // Claims of the guest: cut to what a screen can bear, never used for identity.
        return new AgentFacts(
            new Guid(hello.BootId.Span, bigEndian: true),
            Cut(hello.AgentVersion),
            hello.OsFamily,
            Cut(hello.OsDescription),
            Cut(hello.KernelVersion),
            Cut(hello.HostName),
            (int)Math.Min(hello.LogicalProcessors, 4096),
            hello.MemoryTotalBytes,
            [.. hello.Capabilities.Select(Cut)],
            [.. hello.IdentityHints.Take(HintsMax).Select(h => new KeyValuePair<string, string>(Cut(h.Key), Cut(h.Value)))],
            hello.ProtocolMinor);
    }

    /// <summary>A text of the guest by the rule of <see cref="SafeText"/>, <see cref="ProtocolLimits.LabelBytesMax"/> bytes at most.</summary>
    public static string Cut(string text) => SafeText.Of(text, ProtocolLimits.LabelBytesMax);

    private static void Bound(string what, int count, int max)
    {
        if (count > max)
        {
            throw new RefusedException(
                RefuseReason.Limit, $"Hello has {count} {what}; the maximum is {max}.", "Update hvi-agent in this guest or report the configuration of this guest.");
        }
    }
}
