using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>What the uplink sends, and what the broker's messages reach. Thread-safe.</summary>
/// <param name="identity">Facts about the guest.</param>
/// <param name="sampler">Names, process tables, events.</param>
/// <param name="ring">Kept batches.</param>
/// <param name="settings">Rates.</param>
/// <param name="firstSequence">Of this run.</param>
/// <param name="clock">Guest clocks.</param>
/// <param name="configured">Told what the broker changed.</param>
internal sealed class UplinkSource(
    GuestIdentity identity,
    Sampler sampler,
    BatchRing ring,
    SamplingSettings settings,
    ulong firstSequence,
    IGuestClock clock,
    Action<string> configured)
{
    /// <summary>Batches that wait for their acknowledgement.</summary>
    public BatchRing Ring => ring;

    /// <summary>A Hello of this moment.</summary>
    public Hello CreateHello() => HelloFactory.Create(identity, sampler.CollectorNames, firstSequence, clock);

    /// <summary>Takes over the rates that the broker asks for.</summary>
    public void Configure(Configure message)
    {
        if (settings.Apply(message, clock.MonotonicNs) is { } text)
        {
            sampler.Events.Add(AgentEventKind.Configured, text);
            configured(text);
        }
    }

    /// <summary>Asks for the whole process table.</summary>
    public void RequestProcessTable(uint requestId, uint rowsMax, Action<ProcessTable> answer) =>
        sampler.RequestProcessTable(requestId, (int)Math.Min(rowsMax == 0 ? ProtocolLimits.ProcessTableRowsMax : rowsMax, ProtocolLimits.ProcessTableRowsMax), answer);

    /// <summary>Tells the broker of a connection after the first.</summary>
    public void AddReconnected(string text) => sampler.Events.Add(AgentEventKind.Reconnected, text);
}
