using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Recordings;

/// <summary>What a Linux recording says its guest did, by the guest's wall clock.</summary>
internal sealed class LinuxActivity(ActivityTrack track)
{
    private const long StepNsMin = 500_000_000;
    private readonly double[] _totals = new double[ActivityTrack.Kinds];
    private readonly double[] _before = new double[ActivityTrack.Kinds];
    private readonly double[] _rates = new double[ActivityTrack.Kinds];

    /// <summary>Reads the recording to its end and collects the activity.</summary>
    public void Read(LinuxRecording recording)
    {
        long? wall = null;
        long previous = 0;
        foreach (var batch in recording.Read())
        {
            wall ??= batch.WallClock;
            if (wall is not { } offset)
            {
                continue;
            }

            Array.Clear(_totals);
            var seen = new bool[ActivityTrack.Kinds];
            foreach (var sample in batch.Samples)
            {
                int kind = Kind(sample.Series);
                if (kind >= 0)
                {
                    _totals[kind] += sample.Value;
                    seen[kind] = true;
                }
            }

            long at = batch.StartMonotonicNs + offset;
            if (previous != 0 && at - previous >= StepNsMin)
            {
                for (int kind = 0; kind < ActivityTrack.Kinds; kind++)
                {
                    double change = _totals[kind] - _before[kind];
                    _rates[kind] = seen[kind] && change >= 0 ? change / ((at - previous) / 1e9) : double.NaN;
                }

                track.Add(previous, at, _rates);
            }

            if (previous == 0 || at - previous >= StepNsMin)
            {
                previous = at;
                _totals.CopyTo(_before, 0);
            }
        }
    }

    private static int Kind(SeriesKey series)
    {
        ushort id = series.MetricId;
        if (id == GuestMetrics.CpuTime.Id)
        {
            int bar = series.Instance.IndexOf('|', StringComparison.Ordinal);
            return series.Instance.AsSpan(0, Math.Max(0, bar)) is "idle" or "iowait" or "steal" or "guest" or "guest_nice" ? -1 : ActivityTrack.Cpu;
        }

        return id == GuestMetrics.DiskOperations.Id ? ActivityTrack.DiskOperations
            : id == GuestMetrics.DiskIo.Id ? ActivityTrack.DiskBytes
            : id == GuestMetrics.NetworkIo.Id ? ActivityTrack.NetworkBytes : -1;
    }
}
