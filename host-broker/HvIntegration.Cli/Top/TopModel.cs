using HvIntegration.Api.Contract;
using HvIntegration.Model;

namespace HvIntegration.Cli.Top;

/// <summary>What <c>hvi top</c> knows and where its user is in it. One owner.</summary>
internal sealed class TopModel
{
    private readonly Dictionary<Guid, VmSummary> _vms = [];

    /// <summary>Origin of the numbers; null before the first answer.</summary>
    public SourceLabel? Source { get; private set; }

    /// <summary>Newest closed second; 0 before the first.</summary>
    public long Second { get; private set; }

    /// <summary>How old what is shown is; null before the first second.</summary>
    public TopAge? Age { get; set; }

    /// <summary>Newest answer about the host; null before the first.</summary>
    public HostAnswer? Host { get; set; }

    /// <summary>What went wrong with the connection; null while it stands.</summary>
    public string? Trouble { get; set; }

    /// <summary>Part of a name or verdict that shown VMs have; empty for all.</summary>
    public string Filter { get; set; } = "";

    /// <summary>True while the filter is being typed.</summary>
    public bool Typing { get; set; }

    /// <summary>Order of the list.</summary>
    public TopOrder Order { get; set; }

    /// <summary>Whether the order of the list is reversed.</summary>
    public bool Reversed { get; set; }

    /// <summary>True while the keys are explained.</summary>
    public bool Help { get; set; }

    /// <summary>The VM the marker is on; it stays on it when the list moves.</summary>
    public Guid? Selected { get; set; }

    /// <summary>The VM shown in full; null in the list.</summary>
    public Guid? Open { get; set; }

    /// <summary>Everything about the open VM; null until it came.</summary>
    public VmAnswer? Vm { get; set; }

    /// <summary>First line shown of the open VM.</summary>
    public int Scroll { get; set; }

    /// <summary>All VMs, whatever the filter.</summary>
    public int Count => _vms.Count;

    /// <summary>VMs with an open episode.</summary>
    public int Suffering => _vms.Values.Count(v => v.Since is not null);

    /// <summary>Takes a whole list.</summary>
    public void Take(VmsAnswer answer)
    {
        Source = answer.Source;
        Second = answer.Second;
        _vms.Clear();
        foreach (var vm in answer.Vms)
        {
            _vms[vm.Id] = vm;
        }
    }

    /// <summary>Takes the changes of a second.</summary>
    public void Take(SecondEvent changes)
    {
        Second = changes.Second;
        foreach (var vm in changes.Vms)
        {
            _vms[vm.Id] = vm;
        }

        foreach (var gone in changes.Gone)
        {
            _vms.Remove(gone);
        }
    }

    /// <summary>VMs as the list shows them.</summary>
    public IReadOnlyList<VmSummary> Shown()
    {
        var fitting = _vms.Values.Where(v => Filter.Length == 0
            || v.Name.Contains(Filter, StringComparison.OrdinalIgnoreCase)
            || v.Verdict?.Title.Contains(Filter, StringComparison.OrdinalIgnoreCase) == true
            || v.Agent.Contains(Filter, StringComparison.OrdinalIgnoreCase));
        var sorted = (Order == TopOrder.Name ? fitting.OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase) : fitting.OrderByDescending(Weight))
            .ThenBy(v => v.Name, StringComparer.OrdinalIgnoreCase).ThenBy(v => v.Id).ToList();
        if (Reversed)
        {
            sorted.Reverse();
        }

        return sorted;
    }

    /// <summary>Moves the marker by so many lines; it stops at both ends.</summary>
    public void Move(int by)
    {
        var shown = Shown();
        if (shown.Count == 0)
        {
            return;
        }

        int at = IndexOf(shown);
        Selected = shown[Math.Clamp(at + by, 0, shown.Count - 1)].Id;
    }

    /// <summary>Line of the marker; 0 when its VM is not shown.</summary>
    public int IndexOf(IReadOnlyList<VmSummary> shown)
    {
        for (int i = 0; i < shown.Count; i++)
        {
            if (shown[i].Id == Selected)
            {
                return i;
            }
        }

        return 0;
    }

    /// <summary>Value of a headline signal; null when it is not measured.</summary>
    public static SignalView? Headline(VmSummary vm, string id) => vm.Headline.FirstOrDefault(s => s.Id == id) is { Value: not null } signal ? signal : null;

    private double Weight(VmSummary vm) => Order switch
    {
        TopOrder.Harm => vm.Since is not null ? 2 + vm.Severity : vm.Verdict is { } v && !Hypotheses.IsHealthy(v.Hypothesis) ? 1 : 0,
        TopOrder.Busy => Value(vm, SignalIds.GuestBusy),
        TopOrder.Run => Value(vm, SignalIds.HostRun),
        TopOrder.Ready => Value(vm, SignalIds.Ready),
        TopOrder.Steal => Value(vm, SignalIds.Steal),
        TopOrder.Memory => Headline(vm, SignalIds.GuestMemoryAvailable)?.Value is { } left ? 1 - left : -1,
        TopOrder.Disk => Value(vm, SignalIds.DiskGuestLatency),
        _ => 0,
    };

    private static double Value(VmSummary vm, string id) => Headline(vm, id)?.Value ?? -1;
}
