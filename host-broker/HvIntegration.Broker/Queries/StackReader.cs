using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Model;
using HvIntegration.Engine.Stack;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Broker.Queries;

/// <summary>What every part of the virtualization stack does in the newest second, by its own name; changes nothing.</summary>
internal sealed class StackReader(BrokerState state, LatestSamples latest, BrokerReader reader)
{
    /// <summary>The stack as one VM has it.</summary>
    public StackAnswer Vm(PartitionInfo partition) => Answer(new VmRef(partition.Id, partition.Name), UsesOf(partition));

    /// <summary>The stack of the host as a whole.</summary>
    public StackAnswer Host() => Answer(null, UsesOfHost());

    /// <summary>What the parts do for one VM.</summary>
    public IReadOnlyList<StackUse> UsesOf(PartitionInfo partition)
    {
        var view = state.View;
        var host = Values(partition.Id, view);
        var rings = view.Reports.GetValueOrDefault(partition.Id)?.Signals.FirstOrDefault(s => s.Id == SignalIds.RingFull);
        return StackCatalog.ReadVm(metric => metric == GuestMetrics.VmbusOutFull && rings is not null
            ? [new StackValue(string.Empty, rings.Value, rings.Source)]
            : host[metric.Id]);
    }

    /// <summary>What the parts do for the host as a whole.</summary>
    public IReadOnlyList<StackUse> UsesOfHost()
    {
        var host = Values(Guid.Empty, state.View);
        return StackCatalog.ReadHost(metric => host[metric.Id]);
    }

    private ILookup<ushort, StackValue> Values(Guid partition, BrokerView view) =>
        latest.Fresh(partition, view.Second).ToLookup(r => r.Series.MetricId, r => new StackValue(r.Series.Instance, r.Value, r.NativeName));

    private StackAnswer Answer(VmRef? vm, IReadOnlyList<StackUse> uses) => new(
        reader.Source, vm, state.View.Second,
        [.. uses.Select(u => new StackUseView(
            StackText.Name(u.Part), u.What, ApiText.Number(u.Value), u.Unit, StackText.Shown(u.Value, u.Unit), u.Limit,
            StackText.LimitShown(u), u.IsBeyond, u.Counter, u.Advice))],
        [.. StackCatalog.Absent(uses, ofHost: vm is null).Select(StackText.Name)]);

    /// <summary>Parts of the stack that nothing is measured of.</summary>
    /// <param name="uses">What is measured.</param>
    /// <param name="ofHost">Of the host as a whole, not of one VM.</param>
    public static IReadOnlyList<StackPart> Absent(IReadOnlyList<StackUse> uses, bool ofHost) => StackCatalog.Absent(uses, ofHost);
}
