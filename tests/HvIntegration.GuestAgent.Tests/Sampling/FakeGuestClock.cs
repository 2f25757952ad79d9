using HvIntegration.GuestAgent.Sampling;

namespace HvIntegration.GuestAgent.Tests.Sampling;

/// <summary>Clocks that move only when the test says so.</summary>
internal sealed class FakeGuestClock : IGuestClock
{
    private long _monotonicNs = 5_000_000_000_000;
    private long _wallAheadNs = 1_700_000_000_000_000_000;

    public long MonotonicNs => Interlocked.Read(ref _monotonicNs);

    public long SinceBootNs => MonotonicNs + 7_000_000_000;

    public long UnixNs => MonotonicNs + Interlocked.Read(ref _wallAheadNs);

    public void Advance(long ns) => Interlocked.Add(ref _monotonicNs, ns);

    public void StepWallClock(long ns) => Interlocked.Add(ref _wallAheadNs, ns);
}
