using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Text of facts: what a piece of evidence states.</summary>
public static class FactText
{
    extension(Evidence evidence)
    {
        /// <summary>The evidence as text: name, value, threshold, unit.</summary>
        public string Sentence => Of(evidence.Fact);
    }

    /// <summary>The fact as a clause.</summary>
    public static string Of(Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return fact.Kind switch
        {
            FactKind.Signal => SignalText.Name(fact.Signal),
            FactKind.SignalAgainstBefore => SignalText.Name(fact.Signal) + " compared with the time before",
            FactKind.SignalBeforeOperationsRose => SignalText.Name(fact.Signal) + " before its operation rate increased",
            FactKind.StoreShare => SignalText.Name(fact.Signal) + ": share of the store's operations",
            FactKind.AtLeast or FactKind.Below =>
                $"{SignalText.Name(fact.Signal)} {Say(fact.Value, fact.Unit)} ({(fact.Kind == FactKind.AtLeast ? "at least" : "below")} {Say(fact.Other, fact.Unit)}{(fact.IsEstimated ? ", estimated" : string.Empty)})",
            FactKind.AboveBefore => $"{SignalText.Name(fact.Signal)} {Say(fact.Value, fact.Unit)}, {Say(fact.Other, fact.Unit)} before",
            FactKind.Together => string.Join(", ", fact.Parts.Select(Of)),
            FactKind.GuestBusy => $"guest busy {Say(fact.Value, fact.Unit)}, mean of its processors",
            FactKind.HostMemoryLeft => $"host memory available {Say(fact.Value, fact.Unit)}",
            FactKind.ReadyAndStealAgree => ReadyAndSteal(fact) + " agree",
            FactKind.ReadyAndStealDisagree => ReadyAndSteal(fact) + " disagree",
            FactKind.OperationsNotRisen => "its own operation rate has not increased",
            FactKind.ProcessorsDoNotWait => "its virtual processors do not wait",
            FactKind.ProcessorToSpare => "the guest has idle processor time",
            FactKind.NoWaitForMemory => "the guest does not wait for memory",
            FactKind.DisksNotSlow => "its disks are not slow",
            FactKind.NetworkDoesNotDrop => "its network drops no packets",
            FactKind.ProcessorsRun => "its virtual processors run",
            FactKind.NoMoreMemoryGiven => $"the host assigns no more than {Say(fact.Value, fact.Unit)} although {Say(fact.Other, fact.Unit)} of its memory is available",
            FactKind.SteadyGrowth => $"{fact.Subject} of {fact.Name} grew steadily for {Count(fact.Other)} min, {Growth(fact)} per hour",
            FactKind.BusThrottled => $"VMBus was throttled {Count(fact.Value)} times in 30 s",
            FactKind.WaitNotRecorded => $"{Part(fact)}, and its wait for them was not recorded",
            FactKind.OwnWaitNotRecorded => $"{Part(fact)}; its own wait was not recorded",
            FactKind.TimeNotCounted => $"the guest does not count its idle time ({Say(fact.Value, fact.Unit)} of its processor time is in no CPU mode)",
            FactKind.OthersWait => Others(fact, "also waiting for processors"),
            FactKind.OthersSlowOnStore => Others(fact, "on the same store also slow"),
            FactKind.OthersSlowInside => Others(fact, "also wait between driver and virtual device"),
            FactKind.Stalled => $"no disk operation completed for {Count(fact.Value)} s with {Count(fact.Other)} outstanding",
            FactKind.OthersUnderMemoryPressure => Others(fact, "also under memory pressure"),
            FactKind.HoldsStore => $"it issues {Say(fact.Value, fact.Unit)} of the store's operations",
            FactKind.ShownStill => "the host reports that it is not running" + StopText.Of(fact.Name),
            FactKind.MovedOrSaved => $"the host migrates or saves it: {fact.Name}",
            FactKind.ClockLost => $"its clock lost {(fact.Value is { } lost ? NumberText.Compact(lost) : "some")} s against the host clock",
            FactKind.ReportsFromInside => "its agent reports data",
            FactKind.Runs => "it runs",
            FactKind.StartedAgain => $"the guest has just started again after {Count(fact.Value)} s without data",
            FactKind.HardlyRanBefore => "it was almost idle before",
            FactKind.ProcessorsStood => $"its virtual processors have not run for {Count(fact.Value)} s",
            FactKind.ProcessorsStoodUnseen =>
                $"its virtual processors have not run for {Count(fact.Value)} s, while its agent, whose clock was frozen too, reports work in that time",
            FactKind.SlowBefore => $"{SignalText.Name(fact.Signal)} was equally high in {Count(fact.Value)} earlier seconds at its usual operation rate",
            FactKind.StackUse => $"{(fact.Part is { } part ? StackText.Name(part) : "stack")}: {fact.Name} {StackText.Shown(fact.Value ?? double.NaN, fact.Unit)}",
            _ => fact.Name ?? string.Empty,
        };
    }

    /// <summary>What was not measured, and why.</summary>
    public static string Of(Unmeasured unmeasured)
    {
        ArgumentNullException.ThrowIfNull(unmeasured);
        return unmeasured.Reason.Length > 0 ? $"{Of(unmeasured.What)}: {unmeasured.Reason}" : Of(unmeasured.What);
    }

    /// <summary>What was not measured, with the reason in parentheses, for use in a sentence.</summary>
    internal static string Brief(Unmeasured unmeasured) => unmeasured.Reason.Length > 0 ? $"{Of(unmeasured.What)} ({unmeasured.Reason})" : Of(unmeasured.What);

    private static string Say(double? value, string unit) => value is { } known ? NumberText.InUnit(known, unit) : "not measured";

    private static string Count(double? value) => value is { } known ? NumberText.Number((long)known) : "some";

    private static string ReadyAndSteal(Fact fact) => fact.Value is null && fact.Other is null
        ? "whether ready and synthetic steal"
        : $"ready {Say(fact.Value, fact.Unit)} and synthetic steal {Say(fact.Other, fact.Unit)}";

    private static string Growth(Fact fact) => fact.Value is not { } perHour ? "some"
        : fact.Unit == "By" ? NumberText.Bytes(perHour) : NumberText.Compact(perHour) + " " + fact.Subject;

    private static string Part(Fact fact) => fact.Parts.Count > 0 ? Of(fact.Parts[0]) : string.Empty;

    private static string Others(Fact fact, string what) => fact.Value is { } hurt && fact.Other is { } measured
        ? $"{NumberText.Number((long)hurt)} of {NumberText.Number((long)measured)} other VMs {what}"
        : $"{SignalText.Name(fact.Signal)}: other VMs {what}";
}
