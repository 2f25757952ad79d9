using System.Globalization;
using Google.Protobuf;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.GuestAgent.Uplink;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>Writes Hello, Snapshot and batches as the wire has them, each with its length before it.</summary>
internal sealed class RecordCommand(AgentOptions options, TextWriter output, TextWriter error)
{
    /// <summary>Records until the time is over or it is cancelled; what was written is whole.</summary>
    public int Run(string path, int seconds, CancellationToken cancellation)
    {
        var clock = new SystemGuestClock(TimeProvider.System);
        ILogger logger = NullLogger.Instance;
        using var parts = new AgentParts(options, clock, logger);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        new AgentMessage { Hello = HelloFactory.Create(parts.Identity, parts.Sampler.CollectorNames, parts.FirstSequence, clock) }.WriteDelimitedTo(file);
        new AgentMessage { Snapshot = new Snapshot { Sequence = parts.FirstSequence - 1 } }.WriteDelimitedTo(file);

        long now = clock.MonotonicNs;
        long endNs = now + (seconds * 1_000_000_000L);
        var pacer = new Pacer(now, options.IntervalMs * 1_000_000L);
        ulong sequence = parts.FirstSequence;
        while (pacer.NextNs <= endNs && WaitUntil(pacer.NextNs, clock, cancellation))
        {
            pacer.Advance(clock.MonotonicNs, out long missed);
            parts.Counters.AddMissed(missed);
            parts.Sampler.Sample(sequence++, 0, 0);
            WriteDelimited(file, parts.Sampler.Message);
        }

        file.Flush(flushToDisk: true);
        ulong count = sequence - parts.FirstSequence;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {count} batches, {file.Length} bytes"));
        if (parts.Counters.Missed > 0)
        {
            error.WriteLine($"hvi-agent: {parts.Counters.Missed} intervals passed without a sample");
        }

        return ExitStatus.Healthy;
    }

    private static bool WaitUntil(long deadlineNs, SystemGuestClock clock, CancellationToken cancellation)
    {
        for (long left = deadlineNs - clock.MonotonicNs; left > 0; left = deadlineNs - clock.MonotonicNs)
        {
            if (cancellation.WaitHandle.WaitOne((int)((left + 999_999) / 1_000_000)))
            {
                return false;
            }
        }

        return !cancellation.IsCancellationRequested;
    }

    private static void WriteDelimited(FileStream file, ReadOnlySpan<byte> message)
    {
        Span<byte> length = stackalloc byte[5];
        int used = 0;
        uint rest = (uint)message.Length;
        for (; rest >= 0x80; rest >>= 7)
        {
            length[used++] = (byte)(rest | 0x80);
        }

        length[used++] = (byte)rest;
        file.Write(length[..used]);
        file.Write(message);
    }
}
