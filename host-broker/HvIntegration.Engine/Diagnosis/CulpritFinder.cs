using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Names who held a shared resource while a VM suffered: other VMs, the root partition, processes of the host.</summary>
/// <remarks>
/// A suspect must hold a share of the resource. Where there is a time before to compare with, it must also have risen (a fifth of
/// the rise) and go with the victim's loss (rank correlation from 0.35 at lags of -5 to +5 s, Benjamini and Hochberg over all
/// suspects). Source: diagnosis reference, section 8, item 6. The root partition (backup, antivirus, migration) is a suspect too,
/// and so is the VM itself where it shares processors that its own rise has filled.
/// </remarks>
internal sealed class CulpritFinder(DiagnosisOptions options)
{
    private const int EpisodeSecondsMax = 120;
    private const int BeforeSecondsMax = 60;
    private const int LagSecondsMax = 5;
    private const double FalseShare = 0.1;
    private const double CorrelationMin = 0.35;
    private const double ExtraShareMin = 0.2;
    private const double ExtraShareIdle = 0.05;
    private const double OwnShareMin = 0.5;

    /// <summary>Suspects over an episode so far, worst first.</summary>
    public IReadOnlyList<Culprit> Find(SharedResource resource, PartitionTracks victim, IReadOnlyList<PartitionTracks> all, SideTimeline root, long onset, long second, SignalWindow window)
    {
        if (resource == SharedResource.None)
        {
            return [];
        }

        // The time before is that before the onset, however long the episode lasts: within it nobody rises any more.
        var from = Math.Max(onset, second - EpisodeSecondsMax + 1);
        var length = (int)(second - from + 1);
        var beforeLength = Math.Min(BeforeSecondsMax, Math.Max(length, options.BaselineSecondsMin));
        var beforeFrom = onset - beforeLength;
        var (uses, capacity, loss) = Uses(resource, victim, all, root, from, length, second, window);
        if (!(capacity > 0) || uses.Count == 0)
        {
            return [];
        }

        var during = uses.ConvertAll(u => NanToZero(Mean(u.At, from, length)));
        var before = uses.ConvertAll(u => Mean(u.At, beforeFrom, beforeLength, options.BaselineSecondsMin / 3));
        var rise = 0.0;
        for (var i = 0; i < uses.Count; i++)
        {
            rise += double.IsNaN(before[i]) ? 0 : Math.Max(0, during[i] - before[i]);
        }

        var losses = Both(s => victim.History.At(loss, s));
        var correlations = new (double Correlation, int Lag)[uses.Count];
        var chances = new double[uses.Count];
        for (var i = 0; i < uses.Count; i++)
        {
            correlations[i] = (double.NaN, 0);
            chances[i] = double.NaN;
            if (during[i] / capacity >= options.CulpritShareMin)
            {
                correlations[i] = RankCorrelation.Best(Both(uses[i].At), losses, LagSecondsMax, options.BaselineSecondsMin);
                chances[i] = RankCorrelation.Chance(correlations[i].Correlation, losses.Length, (2 * LagSecondsMax) + 1);
            }
        }

        var standing = RankCorrelation.Standing(chances, FalseShare);
        var culprits = new List<(Culprit Culprit, double Rank, bool Proven)>();
        for (var i = 0; i < uses.Count; i++)
        {
            var share = during[i] / capacity;
            if (share < options.CulpritShareMin)
            {
                continue;
            }

            var extra = rise > 0 && !double.IsNaN(before[i]) ? Math.Max(0, during[i] - before[i]) / rise : double.NaN;
            var correlation = correlations[i].Correlation;

            // Who rose with the harm comes before who was always there; what cannot be compared is ranked by its share.
            var proven = standing[i] && correlation >= CorrelationMin && extra >= ExtraShareMin;
            var rank = (proven ? 2 : 0) + (double.IsNaN(extra) ? share : extra) + (0.3 * share) + (0.2 * (double.IsNaN(correlation) ? 0 : correlation));
            culprits.Add((new Culprit(uses[i].Partition, uses[i].Name, uses[i].Process(second), Math.Min(1, share), Fact.Number(extra), Fact.Number(correlation)) { Kind = uses[i].Kind }, rank, proven));
        }

        // A VM is its own culprit where most of the rise is its own; else it is no suspect.
        if (culprits.Count == 0 || culprits.MaxBy(c => c.Culprit.ExtraShare).Culprit is not { ExtraShare: >= OwnShareMin } most || most.Partition != victim.Info.Id)
        {
            culprits.RemoveAll(c => c.Culprit.Partition == victim.Info.Id);
        }
        else
        {
            culprits.RemoveAll(c => c.Culprit.ExtraShare < ExtraShareMin);
        }

        // The host's own load is what is left over, split and merged operations among it: it is named for most of the rise only.
        culprits.RemoveAll(c => c.Culprit.Partition == Guid.Empty && resource is SharedResource.Store or SharedResource.Network && !(c.Culprit.ExtraShare >= OwnShareMin));

        // Who does less while the harm is greater, and has not risen with it, does not do it. With nothing before to compare with that
        // says nothing: on a full host whoever gets more leaves less to the others, the greatest holder too.
        culprits.RemoveAll(c => c.Culprit.Correlation < 0 && c.Culprit.ExtraShare < ExtraShareMin);

        // Beside one that is proven, those that did not rise with the harm have nothing to do with it.
        if (culprits.Exists(c => c.Proven))
        {
            culprits.RemoveAll(c => c.Culprit.ExtraShare < ExtraShareIdle);
        }

        return [.. culprits.OrderByDescending(c => c.Rank).ThenBy(c => c.Culprit.Name, StringComparer.Ordinal).Take(options.CulpritsMax).Select(c => c.Culprit)];

        double[] Both(Func<long, double> at) => [.. Series(at, beforeFrom, beforeLength), .. Series(at, from, length)];
    }

    /// <summary>True while the time before an onset is still kept, so that suspects can be compared with it.</summary>
    public static bool Remembers(PartitionTracks victim, long onset, long second) => onset - BeforeSecondsMax > second - victim.History.Capacity;

    private static (List<Use> Uses, double Capacity, SignalDefinition Loss) Uses(
        SharedResource resource, PartitionTracks victim, IReadOnlyList<PartitionTracks> all, SideTimeline root, long from, int length, long second, SignalWindow window)
    {
        var others = all.Where(p => !ReferenceEquals(p, victim));
        var uses = new List<Use>();
        switch (resource)
        {
            case SharedResource.Processors:
                uses.AddRange(all.Select(o => OfVm(o, s => Sum(o.History.At(SignalCatalog.HostRunTotal, s), o.History.At(SignalCatalog.HostOverhead, s)), bytes: false)));
                Root(root, uses, second);
                var processors = HostSignals.Processors(root, second);
                if (!(processors > 0))
                {
                    // A log of the processors' total alone does not tell how many there are: what all used together and their share do.
                    processors = uses.Sum(u => NanToZero(Mean(u.At, from, length))) / Mean(s => victim.History.At(SignalCatalog.LpBusy, s), from, length);
                }

                return (uses, processors, SignalCatalog.Ready);
            case SharedResource.Store:
                uses.AddRange(others.Where(o => Siblings.SharesStore(window, o)).Select(o => OfVm(o, s => Load(o, s), bytes: true)));
                OwnOfHost(uses, s => DiskSignals.StoreLoad(root, victim.Host, s), s => Load(victim, s));
                return (uses, Together(s => Load(victim, s)), SignalCatalog.DiskDeviceLatency);
            case SharedResource.Network:
                uses.AddRange(others.Select(o => OfVm(o, s => o.History.At(SignalCatalog.NetHostBytes, s), bytes: true)));
                OwnOfHost(uses, s => HostSignals.BusiestUplink(root, s), s => victim.History.At(SignalCatalog.NetHostBytes, s));
                return (uses, Together(s => victim.History.At(SignalCatalog.NetHostBytes, s)), SignalCatalog.Retransmits);
            default:
                uses.AddRange(others.Select(o => new Use(o.Info.Id, o.Info.Name, s => o.History.At(SignalCatalog.MemoryAssigned, s), s => o.Processes.At(s).MaxBy(r => r.ResidentBytes)?.Name)));
                var total = root.Single(HostMetrics.HostMemoryTotal)?.At(second) ?? double.NaN;
                var assigned = Together(s => victim.History.At(SignalCatalog.MemoryAssigned, s));
                return (uses, total > 0 ? total : assigned, SignalCatalog.PsiMemorySome);
        }

        double Together(Func<long, double> own) => NanToZero(Mean(own, from, length)) + uses.Sum(u => NanToZero(Mean(u.At, from, length)));
    }

    // What the VMs together do not explain of a store's or an uplink's load is the host's own: a backup, a live migration.
    private static void OwnOfHost(List<Use> uses, Func<long, double> total, Func<long, double> victim)
    {
        Use[] vms = [.. uses];
        uses.Add(new Use(Guid.Empty, Culprit.RootPartition, s => Math.Max(0, total(s) - NanToZero(victim(s)) - vms.Sum(u => NanToZero(u.At(s)))), static _ => null) { Kind = CulpritKind.RootPartition });
    }

    private static double Load(PartitionTracks vm, long second)
        => DiskSignals.Load(vm.History.At(SignalCatalog.DiskHostIops, second), vm.History.At(SignalCatalog.DiskHostBytes, second));

    private static void Root(SideTimeline root, List<Use> uses, long second)
    {
        var named = 0.0;
        var processes = root.Of(HostMetrics.HostProcessTime);
        foreach (var process in processes)
        {
            uses.Add(new Use(Guid.Empty, process.Key.Instance, process.At, static _ => null));
            named += NanToZero(process.At(second));
        }

        // What the named processes do not explain is the root partition's own.
        var list = root.Of(HostMetrics.RootRunTime);
        if (list.Count > 0 && NanToZero(HostSignals.Sum(list, second)) > named)
        {
            uses.Add(new Use(
                Guid.Empty, named > 0 ? Culprit.RootPartitionRest : Culprit.RootPartition,
                s => HostSignals.Sum(list, s) - NanToZero(HostSignals.Sum(processes, s)), static _ => null)
            {
                Kind = named > 0 ? CulpritKind.RootPartitionRest : CulpritKind.RootPartition,
            });
        }
    }

    private static Use OfVm(PartitionTracks vm, Func<long, double> at, bool bytes)
        => new(vm.Info.Id, vm.Info.Name, at, second => vm.Processes.Risen(second, bytes) ?? Busiest(vm, second, bytes));

    private static string? Busiest(PartitionTracks vm, long second, bool bytes)
    {
        var rows = vm.Processes.At(second);
        return bytes
            ? rows.Where(r => r.ReadBytesPerSecond + r.WriteBytesPerSecond > 0).MaxBy(r => r.ReadBytesPerSecond + r.WriteBytesPerSecond)?.Name
            : rows.FirstOrDefault(r => r.CpuShare >= 0.2)?.Name;
    }

    private static double[] Series(Func<long, double> at, long from, int length)
    {
        var values = new double[length];
        for (var i = 0; i < length; i++)
        {
            values[i] = at(from + i);
        }

        return values;
    }

    private static double Mean(Func<long, double> at, long from, int length, int least = 1)
    {
        var sum = 0.0;
        var count = 0;
        for (var i = 0; i < length; i++)
        {
            var value = at(from + i);
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }

        return count >= Math.Max(1, least) ? sum / count : double.NaN;
    }

    private static double Sum(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : a + b;

    private static double NanToZero(double value) => double.IsNaN(value) ? 0 : value;

    private sealed record Use(Guid Partition, string Name, Func<long, double> At, Func<long, string?> Process)
    {
        public CulpritKind Kind { get; init; }
    }
}
