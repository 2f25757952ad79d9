using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.GuestAgent.Windows;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>The parts every command needs, put together from the options in one place.</summary>
internal sealed class AgentParts : IDisposable
{
    /// <summary>Reads the guest's identity and makes its collectors.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="clock">Guest clocks.</param>
    /// <param name="logger">For changes of a collector's status.</param>
    public AgentParts(AgentOptions options, IGuestClock clock, ILogger logger)
    {
        IGuestPlatform platform = Platform(options.Root);
        Identity = platform.ReadIdentity();
        Clock = clock;
        Settings = new SamplingSettings(options.IntervalMs, options.ProcessIntervalMs, options.TopN);
        FirstSequence = (ulong)Math.Max(1, clock.SinceBootNs / 1_000_000);
        var collectors = new List<ICollector>();
        foreach (ICollector collector in platform.CreateCollectors())
        {
            if (options.Disable.Contains(collector.Name, StringComparer.OrdinalIgnoreCase))
            {
                collector.Dispose();
            }
            else
            {
                collectors.Add(collector);
            }
        }

        collectors.Add(new AgentCollector(Counters, () => Ring, () => Sampler?.SeriesRefused ?? 0));
        IProcessCollector? processes = platform.CreateProcessCollector();
        if (options.TopN == 0 || options.Disable.Contains(processes.Name, StringComparer.OrdinalIgnoreCase))
        {
            processes.Dispose();
            processes = null;
        }

        Sampler = new Sampler(collectors, processes, Settings, clock, logger, () => ThreadPriorities.RaiseReader(options.Priority));
    }

    /// <summary>Collectors that can be disabled, in wire order. The agent's own cost cannot: who watches says what it costs.</summary>
    public static IReadOnlyList<string> CollectorNames()
    {
        IGuestPlatform platform = Platform("/");
        var names = new List<string>();
        foreach (ICollector collector in platform.CreateCollectors())
        {
            names.Add(collector.Name);
            collector.Dispose();
        }

        using IProcessCollector processes = platform.CreateProcessCollector();
        names.Add(processes.Name);
        return names;
    }

    /// <summary>Facts about the guest.</summary>
    public GuestIdentity Identity { get; }

    /// <summary>The guest's monotonic and wall clocks, which stamp samples.</summary>
    public IGuestClock Clock { get; }

    /// <summary>Intervals and number of processes, which the broker may change.</summary>
    public SamplingSettings Settings { get; }

    /// <summary>What the agent counts about itself.</summary>
    public AgentCounters Counters { get; } = new();

    /// <summary>Reads all collectors and encodes what they give.</summary>
    public Sampler Sampler { get; }

    /// <summary>Sequence of the first batch of this run: the milliseconds since boot.</summary>
    public ulong FirstSequence { get; }

    /// <summary>Kept batches; null when the command keeps none.</summary>
    public BatchRing? Ring { get; private set; }

    /// <summary>Makes the ring of unacknowledged batches, with the bounds of the options.</summary>
    public BatchRing CreateRing(AgentOptions options) =>
        Ring = new BatchRing(Sampler.CollectorNames.Count, FirstSequence, options.RingMib * 1024L * 1024, options.RingMinutes * 60_000_000_000L);

    /// <inheritdoc/>
    public void Dispose() => Sampler.Dispose();

    private static IGuestPlatform Platform(string root) => OperatingSystem.IsWindows() ? new WindowsPlatform() : new LinuxPlatform(root);
}
