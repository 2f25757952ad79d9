using HvIntegration.Engine;
using HvIntegration.Model;

namespace HvIntegration.Simulation;

/// <summary>Runs the engine over a scenario as the broker would: samples in, closed seconds out.</summary>
public static class Trial
{
    /// <summary>Plays one case through a fresh engine.</summary>
    /// <param name="scenario">Not yet played.</param>
    /// <returns>Its score and every report, in order.</returns>
    public static (CaseScore Score, IReadOnlyList<PartitionReport> Reports) Run(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return Run(scenario.Truth, scenario.Play());
    }

    /// <summary>Plays observed seconds, perhaps changed on the way, through a fresh engine.</summary>
    /// <param name="truth">What is so.</param>
    /// <param name="seconds">What both sides saw, in order.</param>
    public static (CaseScore Score, IReadOnlyList<PartitionReport> Reports) Run(Truth truth, IEnumerable<ObservedSecond> seconds)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(seconds);
        var model = new HostModel();
        var reports = new List<PartitionReport>();
        long last = 0;
        foreach (var second in seconds)
        {
            model.UpdateInventory(second.Partitions);
            foreach (var sample in second.HostSamples)
            {
                model.AddHostSample(sample);
            }

            foreach (var (partition, boot, exchange) in second.Exchanges)
            {
                model.AddClockExchange(partition, boot, exchange);
            }

            foreach (var batch in second.Batches)
            {
                model.AddGuestBatch(batch);
            }

            reports.AddRange(model.AdvanceTo(second.Second));
            last = second.Second;
        }

        reports.AddRange(model.AdvanceTo(last));
        return (CaseScore.From(truth, reports), reports);
    }
}
