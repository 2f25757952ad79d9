using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Which counters, of those that table rows ask for, a recording has at all.</summary>
internal sealed class RecordedCounters
{
    private static readonly BetterCounter[] Asked = [.. HyperVCounterTable.Rows.Select(r => r.Unless).OfType<BetterCounter>().Distinct()];

    private readonly HashSet<(BetterCounter Counter, string Vm)> _recorded = [];

    /// <summary>Looks through a header.</summary>
    public RecordedCounters(IReadOnlyList<CounterPath> columns)
    {
        foreach (var path in columns)
        {
            foreach (var counter in Asked)
            {
                if (path.IsSet(counter.Set) && (counter.Counter is null || path.Counter.Equals(counter.Counter, StringComparison.OrdinalIgnoreCase)))
                {
                    _recorded.Add((counter, Vm(counter, path)));
                }
            }
        }
    }

    /// <summary>True when the header has the counter: of the VM of a path, or of any where it is no counter of a VM.</summary>
    /// <param name="counter">As a row asks for it.</param>
    /// <param name="path">Path whose instance is the VM's name.</param>
    public bool Contains(BetterCounter counter, CounterPath path) => _recorded.Contains((counter, Vm(counter, path)));

    private static string Vm(BetterCounter counter, CounterPath path) => counter.OfSameVm ? VmNames.Canonical(path.BaseInstance) : "";
}
