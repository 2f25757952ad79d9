using System.Text;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Ingest;

/// <summary>What a Hello must satisfy, and the bounded facts kept of it.</summary>
internal static class HelloRules
{
    private const int BootIdBytes = 16;
    private const int CollectorsMax = 256;
    private const int HintsMax = 32;

    /// <summary>Checks a Hello.</summary>
    /// <param name="hello">As received.</param>
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
                $"The agent speaks protocol {hello.ProtocolMajor}.{hello.ProtocolMinor}, the broker {ProtocolVersion.Major}.{ProtocolVersion.Minor}: {update}.",
                $"{char.ToUpperInvariant(update[0])}{update[1..]}.");
        }

        if (hello.BootId.Length != BootIdBytes)
        {
            throw new RefusedException(
                RefuseReason.Malformed, $"Hello.boot_id has {hello.BootId.Length} bytes instead of {BootIdBytes}.", "Reinstall hvi-agent in this guest.");
        }

        Bound("metric descriptors", hello.Catalog.Count, ProtocolLimits.HelloEntriesMax);
        Bound("identity hints", hello.IdentityHints.Count, ProtocolLimits.HelloEntriesMax);
        Bound("collectors", hello.Collectors.Count, CollectorsMax);
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

    /// <summary>Cuts a text of the guest to <see cref="ProtocolLimits.LabelBytesMax"/> bytes and takes control characters out.</summary>
    public static string Cut(string text)
    {
        var kept = new StringBuilder(Math.Min(text.Length, ProtocolLimits.LabelBytesMax));
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            // A terminal escape in a host name must not reach the administrator's terminal.
            Rune shown = Rune.IsControl(rune) ? Rune.ReplacementChar : rune;
            bytes += shown.Utf8SequenceLength;
            if (bytes > ProtocolLimits.LabelBytesMax)
            {
                break;
            }

            kept.Append(shown.ToString());
        }

        return kept.ToString();
    }

    private static void Bound(string what, int count, int max)
    {
        if (count > max)
        {
            throw new RefusedException(
                RefuseReason.Limit, $"Hello has {count} {what}; at most {max} are taken.", "Update hvi-agent in this guest or report this guest's set-up.");
        }
    }
}
