using System.Globalization;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>How often and how much is sampled; the broker may change it while the agent runs.</summary>
/// <remarks>Thread-safe: the uplink configures, the sampling thread reads.</remarks>
internal sealed class SamplingSettings
{
    /// <summary>Shortest interval. Ten batches a second stay below the broker's limit.</summary>
    public const int IntervalMsMin = 100;

    /// <summary>Longest time between two samples, milliseconds.</summary>
    public const int IntervalMsMax = 60_000;

    /// <summary>Longest burst, so that a forgotten one ends.</summary>
    public const int BurstSecondsMax = 600;

    private readonly Lock _lock = new();
    private int _intervalMs;
    private int _processIntervalMs;
    private int _topN;
    private int _burstIntervalMs;
    private long _burstUntilNs;

    /// <summary>Starts with values that were validated.</summary>
    public SamplingSettings(int intervalMs, int processIntervalMs, int topN)
    {
        _intervalMs = intervalMs;
        _processIntervalMs = processIntervalMs;
        _topN = topN;
    }

    /// <summary>Called after a change, so that a sleeping loop takes it at once.</summary>
    public Action? Changed { get; set; }

    /// <summary>Interval that holds now, milliseconds.</summary>
    public int IntervalMsAt(long monotonicNs)
    {
        lock (_lock)
        {
            return monotonicNs < _burstUntilNs ? Math.Min(_burstIntervalMs, _intervalMs) : _intervalMs;
        }
    }

    /// <summary>Time between process reads, milliseconds.</summary>
    public int ProcessIntervalMs
    {
        get
        {
            lock (_lock)
            {
                return _processIntervalMs;
            }
        }
    }

    /// <summary>Number of busiest processes sent with each read.</summary>
    public int TopN
    {
        get
        {
            lock (_lock)
            {
                return _topN;
            }
        }
    }

    /// <summary>Takes what the message sets, within the bounds.</summary>
    /// <returns>One sentence that says what holds now; null when the message sets nothing.</returns>
    public string? Apply(Configure message, long monotonicNs)
    {
        var parts = new List<string>();
        lock (_lock)
        {
            if (message.HasIntervalMs)
            {
                _intervalMs = Bounded(message.IntervalMs, IntervalMsMin, IntervalMsMax, "interval", "ms", parts);
            }

            if (message.HasProcessIntervalMs)
            {
                _processIntervalMs = Bounded(message.ProcessIntervalMs, IntervalMsMin, IntervalMsMax, "process interval", "ms", parts);
            }

            if (message.HasProcessTopN)
            {
                _topN = Bounded(message.ProcessTopN, 0, ProtocolLimits.ProcessesMax, "processes", "", parts);
            }

            if (message.HasBurstSeconds)
            {
                int seconds = Bounded(message.BurstSeconds, 0, BurstSecondsMax, "burst", "s", parts);
                _burstIntervalMs = Bounded(message.HasBurstIntervalMs ? message.BurstIntervalMs : IntervalMsMin, IntervalMsMin, IntervalMsMax, "burst interval", "ms", parts);
                _burstUntilNs = monotonicNs + (seconds * 1_000_000_000L);
            }
        }

        if (parts.Count == 0)
        {
            return null;
        }

        Changed?.Invoke();
        return "configured by the broker: " + string.Join(", ", parts);
    }

    private static int Bounded(uint asked, int min, int max, string what, string unit, List<string> parts)
    {
        int given = (int)Math.Clamp(asked, (uint)min, (uint)max);
        string text = string.Create(CultureInfo.InvariantCulture, $"{what} {given} {unit}").TrimEnd();
        parts.Add(given == asked ? text : string.Create(CultureInfo.InvariantCulture, $"{text} (requested {asked}, valid {min} to {max})"));
        return given;
    }
}
