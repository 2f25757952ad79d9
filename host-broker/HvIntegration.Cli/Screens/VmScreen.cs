using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using HvIntegration.Model;
using Spectre.Console;

namespace HvIntegration.Cli.Screens;

/// <summary>Both sides of one VM on one screen: what it suffers from first, then inside beside outside, then why.</summary>
internal sealed class VmScreen
{
    private const int ProcessesShown = 5;
    private const int EvidenceShown = 6;
    private const int EventsShown = 3;
    private const int SeparatorWidth = 3;
    private const int WideColumn = 46;

    private readonly Screen _screen;
    private readonly VmAnswer _vm;
    private readonly Dictionary<string, SignalView> _signals;
    private readonly List<(string, Style?)> _parts = [];
    private readonly int _left;
    private readonly int _right;

    private VmScreen(Screen screen, VmAnswer vm)
    {
        _screen = screen;
        _vm = vm;
        _signals = vm.Signals.GroupBy(s => s.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        _left = (screen.Width - SeparatorWidth) / 2;
        _right = screen.Width - SeparatorWidth - _left;
    }

    /// <summary>Writes the screen of a VM to a console.</summary>
    public static void Write(IAnsiConsole console, VmAnswer vm) => Write(new Screen(console), vm);

    /// <summary>Writes the screen of a VM to other lines.</summary>
    public static void Write(Screen on, VmAnswer vm)
    {
        var screen = new VmScreen(on, vm);
        screen.Title();
        screen.VerdictFirst();
        screen.TwoSides();
        screen.Why();
        screen.Processes();
        screen.Foot();
    }

    /// <summary>Writes the first line: which VM, in which state, by which source.</summary>
    private void Title()
    {
        var summary = _vm.Vm;
        string name = Screen.Safe(summary.Name, 40);
        string cpus = summary.VirtualProcessors > 0 ? $" · {summary.VirtualProcessors} vCPU" : "";
        string cap = summary.CpuLimit is { } limit ? $" · cap {Quantity.Number(limit)} CPU" : "";
        string facts = $"  {summary.State}{cpus}{cap} · {AgentWord(_vm.Agent.State)}";
        string when = _vm.Second > 0 ? Quantity.Clock(_vm.Second) + " UTC" : "";
        int gap = Math.Max(2, _screen.Width - name.Length - facts.Length - when.Length);
        _screen.Line((name, Styles.Strong), (facts, Styles.Plain), (new string(' ', gap), null), (when, Styles.Dim));
        SourceLine.Write(_screen, _vm.Source);
        GapLines.WriteOpen(_screen, _vm.Gap, 2);
        if (_vm.Agent.Reason is { } reason && _vm.Agent.State is not ("live" or "simulated"))
        {
            _screen.Wrapped(reason, 2, Styles.Warn);
        }
    }

    private static string AgentWord(string state) => state switch
    {
        "no-agent" => "no agent",
        "vm-off" => "VM off",
        _ => $"agent {state}",
    };

    private void VerdictFirst()
    {
        _screen.Rule("");
        if (_vm.Verdict is not { } verdict)
        {
            _screen.Line(("○ No data for this VM yet.", Styles.Dim));
            return;
        }

        var style = Styles.OfVerdict(verdict.Hypothesis, verdict.Side);
        string side = verdict.Side is "none" ? "" : $" · {verdict.Side} side";
        string since = _vm.Episode is not { } e ? ""
            : _vm.Vm.Rests ? $" · symptoms subsided, episode still open: {e.Hypothesis}, {Quantity.Clock(e.OnsetSecond)} to {Quantity.Clock(e.HeldSecond)}"
            : $" · since {Quantity.Clock(e.OnsetSecond)} ({Quantity.Span(_vm.Second - e.OnsetSecond)})";
        _screen.Line(
            ("● ", style), (Screen.Safe(verdict.Title), style),
            ($"  {Quantity.Sure(verdict.Hypothesis, verdict.Probability)}{side}{since}", Styles.Dim));
        _screen.Wrapped(verdict.Sentence, 2, Styles.Strong);
        if (verdict.WhatHelps.Length > 0)
        {
            _screen.Wrapped(verdict.WhatHelps, 2);
        }

        if (verdict.RunnerUp is { } second)
        {
            _screen.Line(($"  runner-up: {Screen.Safe(second)} {Quantity.Percent(verdict.RunnerUpProbability)}", Styles.Dim));
        }
    }

    private void TwoSides()
    {
        _screen.Line();
        _screen.Line((Centre("GUEST", _left), Styles.Strong), (" │ ", Styles.Dim), (Centre("HOST", _right).TrimEnd(), Styles.Strong));
        Section("CPU");
        Row("busy", SignalIds.GuestBusy, "run time", SignalIds.HostRun);
        Row("run queue/vCPU", SignalIds.GuestRunQueue, "ready, waiting", SignalIds.Ready);
        Row("tasks waited", SignalIds.PsiCpuSome, "host CPUs busy", SignalIds.LpBusy);
        Row("reported steal", SignalIds.GuestReportedSteal, "host's own work", SignalIds.RootBusy);
        Row(null, null, "of its CPU cap", SignalIds.CapUse);
        Joint("synthetic steal", StealText());
        Section("Memory");
        Row("available", SignalIds.GuestMemoryAvailable, "assigned", SignalIds.MemoryAssigned);
        Row("needed", SignalIds.GuestMemoryNeeded, "pressure", SignalIds.MemoryPressure);
        Row("major faults", SignalIds.MajorFaults, "of its maximum", SignalIds.MemoryMaximumUse);
        Row("swapped in", SignalIds.SwapIn, "host available", SignalIds.HostMemoryAvailable);
        Row("tasks waited", SignalIds.PsiMemorySome, "paged by host", SignalIds.SmartPaging);
        Section("Storage");
        Row("latency", SignalIds.DiskGuestLatency, "virtual disk", SignalIds.DiskDeviceLatency);
        Row("operations", SignalIds.DiskGuestIops, "operations", SignalIds.DiskHostIops);
        Row("outstanding", SignalIds.DiskGuestQueue, "outstanding", SignalIds.DiskHostQueue);
        Row("tasks waited", SignalIds.PsiIoSome, "of its quota", SignalIds.DiskQosUse);
        Joint("ladder", LadderText());
        Section("Network");
        Row("received", SignalIds.NetGuestReceive, "in and out", SignalIds.NetHostBytes);
        Row("sent", SignalIds.NetGuestTransmit, "dropped", SignalIds.NetHostDropped);
        Row("retransmitted", SignalIds.Retransmits, null, null);
        Section("Bus");
        Row("timer late", SignalIds.WakeupLateness, "round trip", SignalIds.RoundTrip);
        Row("at most", SignalIds.WakeupLatenessMax, "clock error", SignalIds.ClockError);
    }

    private void Why()
    {
        if (_vm.Verdict is not { } verdict)
        {
            return;
        }

        if (verdict.For.Count + verdict.Against.Count + verdict.NotMeasured.Count > 0)
        {
            _screen.Rule("Why");
            EvidenceLines.Write(_screen, verdict, EvidenceShown);
        }

        CulpritLines.Write(_screen, verdict.Culprits);
    }

    private void Processes()
    {
        if (_vm.Processes.Count == 0)
        {
            return;
        }

        _screen.Rule("Busiest processes in the guest");
        ProcessesScreen.WriteLines(_screen, _vm.Processes.Take(ProcessesShown));
    }

    private void Foot()
    {
        _screen.Rule("");
        if (_vm.Agent.Os is { Length: > 0 } system)
        {
            // The guest's own words, and which agent says them.
            _screen.Wrapped($"guest: {Screen.Safe(system, 60)}, {Screen.Safe(_vm.Agent.Kernel ?? "kernel not reported", 60)}, agent {Screen.Safe(_vm.Agent.Version ?? "of unknown version", 30)}", 0, Styles.Dim);
        }

        string clock = _vm.Clock is { } c
            ? $"clock skew: at most {Quantity.Text(c.ErrorMs, "ms")}, drift {Quantity.Number(c.DriftPpm ?? 0)} ppm, {c.Exchanges} exchanges since {c.EpochCause}"
            : "clock skew: not measured, no agent";
        _screen.Wrapped(clock, 0, Styles.Dim);
        var broken = _vm.Agent.Collectors;
        if (broken.Count > 0)
        {
            _screen.Wrapped("not read in the guest: " + string.Join("; ", broken.Select(b => $"{b.Name} ({b.Reason})")), 0, Styles.Dim);
        }

        foreach (var one in _vm.Events.Take(EventsShown))
        {
            _screen.Wrapped($"{Quantity.Clock(one.Second)} {AgentEventText.Name(one.Kind)}: {Screen.Safe(one.Text, 120)}", 0, Styles.Dim);
        }

        if (_signals.Values.Any(s => s.Quality == "estimated"))
        {
            _screen.Line(("~ estimated   ± half width of the error bar   %: share of all processors of the VM", Styles.Dim));
        }
        else
        {
            _screen.Line(("± half width of the error bar   %: share of all processors of the VM", Styles.Dim));
        }
    }

    private void Section(string name)
    {
        string left = $"─ {name} ";
        _screen.Line(
            (left, Styles.Heading), (new string('─', Math.Max(0, _left + 1 - left.Length)), Styles.Dim),
            ("┼", Styles.Dim), (new string('─', _right + 1), Styles.Dim));
    }

    private void Row(string? leftLabel, string? leftId, string? rightLabel, string? rightId)
    {
        var left = leftId is null ? null : _signals.GetValueOrDefault(leftId);
        var right = rightId is null ? null : _signals.GetValueOrDefault(rightId);
        if (left is null && right is null)
        {
            return;
        }

        Cell(leftLabel, left, _left);
        _parts.Add((" │ ", Styles.Dim));
        Cell(rightLabel, right, _right);
        _screen.Line([.. _parts]);
        _parts.Clear();
    }

    private void Cell(string? label, SignalView? signal, int width)
    {
        bool wide = width >= WideColumn;
        int labelWidth = wide ? 16 : 14;
        const int ValueWidth = 13;
        const int ErrorWidth = 7;
        if (signal is null || label is null)
        {
            _parts.Add((new string(' ', width), null));
            return;
        }

        bool missing = signal.Value is null;
        string mark = signal.Quality switch { "estimated" => "~", "stale" => "!", _ => "" };
        string value = mark + Quantity.Text(signal.Value, signal.Unit);
        string error = signal.ErrorBar is { } e && !missing && signal.Unit is "1" ? $" ±{e * 100:0.0}" : "";
        int barWidth = width - 1 - labelWidth - ValueWidth - ErrorWidth - 1;
        string bar = barWidth >= 4 && signal is { Unit: "1", Value: { } share } ? " " + Bar(share, barWidth) : "";
        _parts.Add((" " + label.PadRight(labelWidth), null));
        _parts.Add((value.PadLeft(ValueWidth), missing ? Styles.Dim : Styles.Strong));
        _parts.Add((error.PadRight(ErrorWidth), Styles.Dim));
        _parts.Add((bar.PadRight(width - 1 - labelWidth - ValueWidth - ErrorWidth), Styles.Heading));
    }

    private void Joint(string label, string? text)
    {
        if (text is not null)
        {
            _screen.Wrapped(text, label.Length + 4, Styles.Strong, $"  {label}");
        }
    }

    private string? StealText()
    {
        if (_signals.GetValueOrDefault(SignalIds.Steal) is not { } steal)
        {
            return null;
        }

        if (steal.Value is null)
        {
            return $"not measured: {Screen.Safe(steal.Native)}";
        }

        string error = steal.ErrorBar is { } e ? $" ±{e * 100:0.0}" : "";
        string agree = _signals.GetValueOrDefault(SignalIds.ReadyStealAgree) is { Value: { } a } agreement
            ? a > 0 ? ", agrees with ready within the error bars" : $", DISAGREES with ready ({Screen.Safe(agreement.Native)})"
            : "";
        return $"{(steal.Quality == "estimated" ? "~" : "")}{Quantity.Percent(steal.Value.Value)}{error} (guest busy minus host run time){agree}";
    }

    private string? LadderText()
    {
        if (_signals.GetValueOrDefault(SignalIds.DiskGuestLatency) is not { Value: { } felt } || _signals.GetValueOrDefault(SignalIds.DiskInside) is not { Value: not null })
        {
            return null;
        }

        string Step(string id) => _signals.GetValueOrDefault(id) is { Value: { } v } ? Quantity.Time(v) : "not measured";
        return $"{Quantity.Time(felt)} in the guest = {Step(SignalIds.DiskInside)} guest to device + {Step(SignalIds.DiskStack)} host stack + {Step(SignalIds.DiskLowerLatency)} store";
    }

    private static string Bar(double share, int width)
    {
        const string Eighths = " ▏▎▍▌▋▊▉";
        double filled = Math.Clamp(share, 0, 1) * width;
        int whole = (int)filled;
        string part = whole < width ? Eighths[(int)((filled - whole) * 8)].ToString().TrimEnd() : "";
        return new string('█', whole) + part;
    }

    private static string Centre(string text, int width) => text.PadLeft((width + text.Length) / 2).PadRight(width);
}
