using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>The plan of a live read, made again only when what it depends on has changed: the instances of the counters, or how rows join to VMs.</summary>
/// <param name="hints">Names and owners the administrator gave.</param>
internal sealed class LivePlan(VmHints hints)
{
    private const int FaultsMax = 8;

    private VmDirectory _directory = VmDirectory.Empty;

    /// <summary>The plan; null before the first read.</summary>
    public CounterPlan? Plan { get; private set; }

    /// <summary>Makes the samples of a row; null before the first read.</summary>
    public CounterRowSampler? Sampler { get; private set; }

    /// <summary>Room for the values of all columns.</summary>
    public double[] Row { get; private set; } = [];

    /// <summary>How often a plan was made.</summary>
    public int Made { get; private set; }

    /// <summary>What an administrator should know of the plan: the first sentences, and how many more there are.</summary>
    public IEnumerable<string> Faults => Plan is null ? []
        : Plan.Faults.Count <= FaultsMax ? Plan.Faults
        : [.. Plan.Faults.Take(FaultsMax), $"{Plan.Faults.Count - FaultsMax} more instances of counters have such a problem"];

    /// <summary>Makes the plan again if it is needed.</summary>
    /// <param name="instancesChanged">Instances came or went.</param>
    /// <param name="directory">VMs of the newest inventory.</param>
    /// <param name="columns">Lists the columns; called only for a new plan.</param>
    public void Follow(bool instancesChanged, VmDirectory directory, Func<IReadOnlyList<CounterPath>> columns)
    {
        bool holds = Plan is not null && !instancesChanged && _directory.JoinsAs(directory);
        _directory = directory;
        if (holds)
        {
            return;
        }

        var paths = columns();
        Plan = new CounterPlan(paths, hints, directory);
        Sampler = new CounterRowSampler(Plan, speed: 1, mayBeCapped: false);
        Row = new double[paths.Count];
        Made++;
    }
}
