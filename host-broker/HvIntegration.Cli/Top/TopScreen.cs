using HvIntegration.Api.Contract;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using HvIntegration.Model;
using Spectre.Console;

namespace HvIntegration.Cli.Top;

/// <summary>Draws the model into so many lines and columns: every line fits, and there are never more of them.</summary>
internal static class TopScreen
{
    /// <summary>Smallest terminal it draws for.</summary>
    public const int WidthMin = 60;

    /// <summary>Fewest lines it draws for.</summary>
    public const int HeightMin = 10;

    private const int HeadLines = 3;
    private const int SentenceLines = 2;
    private const int NameMin = 10;
    private const int NameMax = 32;
    private const int NumberColumns = 48;
    private const int VerdictMin = 16;
    private const int TwoSidesFrom = 120;

    private static readonly Style Marked = new(decoration: Decoration.Invert);

    /// <summary>The lines of one frame.</summary>
    public static List<IReadOnlyList<(string Text, Style? Style)>> Draw(TopModel model, int width, int height)
    {
        if (width < WidthMin || height < HeightMin)
        {
            return [[(Cut($"hvi top needs {WidthMin}x{HeightMin}; this terminal is {width}x{height}", width), Styles.Warn)]];
        }

        var lines = model.Help ? Help(width) : model.Open is not null ? Vm(model, width, height) : Fleet(model, width, height);
        return [.. lines.Take(height).Select(l => Fit(l, width))];
    }

    private static List<IReadOnlyList<(string, Style?)>> Fleet(TopModel model, int width, int height)
    {
        var shown = model.Shown();
        var lines = new List<IReadOnlyList<(string, Style?)>> { Title(model, shown.Count), HostStrip(model, width) };
        int longest = shown.Select(v => v.Name.Length).DefaultIfEmpty(0).Max() + 1;
        int name = Math.Clamp(width - NumberColumns - VerdictMin - 12, NameMin, Math.Clamp(longest, NameMin, NameMax));
        bool wide = width >= TwoSidesFrom;
        bool since = SinceForSteal(model, width);
        lines.Add(
        [
            (" " + "VM".PadRight(name) + Column("agent", 7, model, null) + Column("busy", 6, model, TopOrder.Busy) + Column("run", 6, model, TopOrder.Run)
                + Column("ready", 7, model, TopOrder.Ready) + (since ? Column("since", 7, model, null) : Column("steal", 7, model, TopOrder.Steal)) + Column("mem", 5, model, TopOrder.Memory)
                + Column("disk", 7, model, TopOrder.Disk) + (wide ? Column("device", 8, model, null) + Column("since", 8, model, null) : "") + "  verdict", Styles.Heading),
        ]);
        int rows = height - HeadLines - SentenceLines - 2;
        int at = model.IndexOf(shown);
        int first = Math.Clamp(at - (rows / 2), 0, Math.Max(0, shown.Count - rows));
        for (int i = first; i < Math.Min(shown.Count, first + rows); i++)
        {
            lines.Add(Row(model, shown[i], name, width, wide, i == at));
        }

        if (shown.Count == 0)
        {
            lines.Add([(model.Count == 0 ? (model.Source is null ? " waiting for the broker ..." : " no VM yet: the counter source lists none; 'hvi check' shows the reason") : $" no VM matches '{model.Filter}'", Styles.Warn)]);
        }

        while (lines.Count < height - SentenceLines - 2)
        {
            lines.Add([]);
        }

        lines.Add([(new string('─', width), Styles.Dim)]);
        var sentence = shown.Count > 0 ? Screen.Wrap(Screen.Safe(shown[at].Verdict?.Sentence ?? $"{shown[at].Name}: no data yet."), width - 2).Take(SentenceLines).ToList() : [];
        for (int i = 0; i < SentenceLines; i++)
        {
            lines.Add([(i < sentence.Count ? " " + sentence[i] : "", Styles.Strong)]);
        }

        lines.Add(Foot(model));
        return lines;
    }

    private static List<IReadOnlyList<(string, Style?)>> Vm(TopModel model, int width, int height)
    {
        var content = new List<IReadOnlyList<(string, Style?)>>();
        if (model.Vm is { } vm && vm.Vm.Id == model.Open)
        {
            VmScreen.Write(new Screen(width, content), vm);
        }
        else
        {
            content.Add([(" waiting for the broker ...", Styles.Warn)]);
        }

        int rows = height - 1;
        model.Scroll = Math.Clamp(model.Scroll, 0, Math.Max(0, content.Count - rows));
        var lines = content.Skip(model.Scroll).Take(rows).ToList();
        while (lines.Count < rows)
        {
            lines.Add([]);
        }

        string more = content.Count > rows ? $" {model.Scroll + 1}-{Math.Min(content.Count, model.Scroll + rows)}/{content.Count}" : "";
        lines.Add(Foot(model, $"Esc list  ↑↓ scroll  ←→ other VM  ? help  q quit{more}", age: true));
        return lines;
    }

    private static List<IReadOnlyList<(string, Style?)>> Help(int width)
    {
        (string Key, string Does)[] keys =
        [
            ("↑ ↓  j k  PgUp PgDn", "move the marker, or scroll"),
            ("Enter", "both sides of the marked VM"),
            ("Esc  Backspace", "back to the list; in the list: clear the filter"),
            ("← →", "previous or next VM in the list"),
            ("/", "filter by name, verdict or agent; Enter keeps it"),
            ("s  S", "next or previous order; h n b u r t m d choose one:"),
            ("", string.Join(", ", Enum.GetNames<TopOrder>()).ToLowerInvariant()),
            ("R", "reverse the order"),
            ("q  Ctrl+C", "quit"),
        ];
        var lines = new List<IReadOnlyList<(string, Style?)>> { new (string, Style?)[] { ("hvi top: keys", Styles.Heading) }, Array.Empty<(string, Style?)>() };
        lines.AddRange(keys.Select(k => (IReadOnlyList<(string, Style?)>)[($"  {k.Key,-22}", Styles.Strong), (k.Does, null)]));
        lines.Add([]);
        foreach (string line in Screen.Wrap(
            "busy: reported by the guest. run and ready: measured by the host. steal: busy minus run. mem: memory available in the guest. disk: latency in the guest. "
            + "'-': not measured. '~': estimated. Seconds instead of 'live': the age of all values.", Math.Min(width, 100) - 4))
        {
            lines.Add([("  " + line, Styles.Dim)]);
        }

        lines.Add([]);
        lines.Add([("  press any key to go back", Styles.Dim)]);
        return lines;
    }

    private static List<(string, Style?)> Title(TopModel model, int shown)
    {
        var parts = new List<(string, Style?)> { ("hvi top", Styles.Strong) };
        if (model.Age is { } age)
        {
            // First, because what does not fit is cut at the end.
            parts.Add(("  ", null));
            parts.Add((age.Words, age.Style));
        }

        if (model.Source is { Label: { } label } source)
        {
            parts.Add(("  ", null));
            parts.Add(($" {Screen.Safe(label.Split(':')[0], 40)} ", Styles.Label));
            parts.Add(($" source {source.Name}", Styles.Dim));
        }
        else if (model.Source is { } live)
        {
            parts.Add(($"  source {live.Name}, {live.Origin}", Styles.Dim));
        }

        int suffering = model.Suffering;
        parts.Add(($"  {model.Count} VMs" + (shown != model.Count ? $", {shown} shown" : ""), null));
        parts.Add((suffering > 0 ? $"  {suffering} {(suffering == 1 ? "VM" : "VMs")} affected" : "  no VM affected", suffering > 0 ? Styles.Bad : Styles.Good));
        parts.Add((model.Second > 0 ? $"  {Quantity.Clock(model.Second)} UTC" : "", Styles.Dim));
        return parts;
    }

    private static List<(string, Style?)> HostStrip(TopModel model, int width)
    {
        if (model.Host is not { } host)
        {
            return [("host  -", Styles.Dim)];
        }

        double? busy = Value(host, SignalIds.LpBusy);
        double? root = Value(host, SignalIds.RootBusy);
        double? memory = Value(host, SignalIds.HostMemoryAvailable);
        int bar = width >= 100 ? 20 : 10;
        var parts = new List<(string, Style?)>
        {
            ($"host  {host.LogicalProcessors.Count} LPs ", null), (Bar(busy ?? 0, bar), busy > 0.9 ? Styles.Bad : Styles.Heading), ($" {Share(busy)} busy", null),
            ($"  root {Share(root)}", null), ($"  memory free {Share(memory)}", memory < 0.05 ? Styles.Bad : (Style?)null),
        };
        if (width >= 100)
        {
            var slowest = host.Stores.Where(s => s.LatencySeconds is not null).MaxBy(s => s.LatencySeconds);
            parts.Add((slowest is null ? $"  {host.Stores.Count} stores" : $"  slowest store {Screen.Safe(slowest.Name, 16)} {Quantity.Time(slowest.LatencySeconds!.Value)}", null));
        }

        return parts;
    }

    private static List<(string, Style?)> Row(TopModel model, VmSummary vm, int name, int width, bool wide, bool marked)
    {
        Style? mark = marked ? Marked : (Style?)null;
        string verdict = vm.Verdict is { } v ? Sign(v) + v.Title : "no data yet";
        string sure = vm.Verdict is { } likely && !Hypotheses.IsHealthy(likely.Hypothesis) ? Quantity.Likely(likely.Hypothesis, likely.Probability).Replace(".0", "", StringComparison.Ordinal) : "";
        string numbers = $"{Cell(vm, SignalIds.GuestBusy),6}{Cell(vm, SignalIds.HostRun),6}{Cell(vm, SignalIds.Ready),7}{(SinceForSteal(model, width) ? Since(model, vm) : Cell(vm, SignalIds.Steal)),7}{Cell(vm, SignalIds.GuestMemoryAvailable),5}{Latency(vm, SignalIds.DiskGuestLatency),7}"
            + (wide ? $"{Latency(vm, SignalIds.DiskDeviceLatency),8}{Since(model, vm),8}" : "");
        var parts = new List<(string, Style?)>
        {
            (marked ? ">" : " ", mark),
            (Screen.Safe(vm.Name, name - 1).PadRight(name), mark ?? Styles.Strong),
            (Agent(vm).PadRight(7), mark ?? (vm.Agent is "live" or "simulated" or "recorded" ? Styles.Dim : Styles.Warn)),
            (numbers + "  ", mark),
        };
        int used = parts.Sum(p => p.Item1.Length);
        // How sure it is stands whole or not at all: half a number is another number.
        verdict += verdict.Length + sure.Length <= width - used ? sure : "";
        parts.Add((Screen.Safe(verdict, width - used).PadRight(Math.Max(0, width - used)), mark ?? (vm.Verdict is { } w ? Styles.OfVerdict(w.Hypothesis, w.Side) : Styles.Dim)));
        return parts;
    }

    private static List<(string, Style?)> Foot(TopModel model) =>
        model.Typing ? [(" filter: ", Styles.Strong), (Screen.Safe(model.Filter), null), ("_", Styles.Heading)]
        : Foot(
            model,
            $"Enter both sides  / filter{(model.Filter.Length > 0 ? $" '{Screen.Safe(model.Filter, 12)}'" : "")}  s order: {Screen.Safe(model.Order.ToString().ToLowerInvariant())}"
                + $"{(model.Reversed ? " reversed" : "")}  ? help  q quit",
            age: false);

    /// <summary>What is wrong, else which keys there are; the age first where it stands nowhere else.</summary>
    private static List<(string, Style?)> Foot(TopModel model, string keys, bool age)
    {
        var parts = new List<(string, Style?)>();
        if (age && model.Age is { } now)
        {
            parts.Add((" ", null));
            parts.Add((now.Words, now.Style));
        }

        parts.Add(model.Trouble is { } trouble ? (" " + Screen.Safe(trouble), Styles.Bad)
            : model.Age is { IsStale: true } ? (" No new data from the broker; waiting.", Styles.Bad)
            : (" " + keys, Styles.Dim));
        return parts;
    }

    // Steal is busy less run, which stand beside it: where both do not fit, how long it lasts is worth more, unless the list is ordered by steal.
    private static bool SinceForSteal(TopModel model, int width) => width < TwoSidesFrom && model.Order != TopOrder.Steal;

    private static string Since(TopModel model, VmSummary vm) => vm.Since is { } since && !vm.Rests ? Short(model.Second - since) : "";

    /// <summary>Who is to blame, as the dashboard marks it.</summary>
    private static string Sign(VerdictBrief verdict)
    {
        var kind = VerdictKinds.Of(verdict.Hypothesis, verdict.Side);
        return kind is VerdictKind.Host or VerdictKind.Guest or VerdictKind.Limit ? kind.Sign() + " " : "";
    }

    private static string Agent(VmSummary vm) => vm.State == "off" ? "off" : vm.State == "paused" ? "paused" : vm.Agent switch
    {
        "no-agent" => "none",
        "vm-off" => "off",
        "simulated" => "sim",
        "recorded" => "rec",
        _ => vm.Agent,
    };

    private static string Column(string text, int width, TopModel model, TopOrder? order) =>
        (order is not null && order == model.Order ? text + (model.Reversed ? "^" : "v") : text) is var t && text == "agent" ? t.PadRight(width) : t.PadLeft(width);

    private static string Cell(VmSummary vm, string id) => TopModel.Headline(vm, id) is { Value: { } value } signal
        ? (signal.Quality == "estimated" ? "~" : "") + Share(value)
        : "-";

    private static string Latency(VmSummary vm, string id) => TopModel.Headline(vm, id) is { Value: { } value } ? Quantity.Time(value).Replace(" ", "", StringComparison.Ordinal) : "-";

    private static string Share(double? share) => share is { } s ? FormattableString.Invariant($"{s * 100:0}%") : "-";

    private static string Short(long seconds) => seconds switch
    {
        < 60 => FormattableString.Invariant($"{Math.Max(0, seconds)}s"),
        < 3600 => FormattableString.Invariant($"{seconds / 60}m{seconds % 60:00}s"),
        < 86_400 => FormattableString.Invariant($"{seconds / 3600}h{seconds % 3600 / 60:00}m"),
        _ => FormattableString.Invariant($"{seconds / 86_400}d"),
    };

    private static double? Value(HostAnswer host, string id) => host.Signals.FirstOrDefault(s => s.Id == id)?.Value;

    private static string Bar(double share, int width)
    {
        int filled = (int)Math.Round(Math.Clamp(share, 0, 1) * width);
        return new string('█', filled) + new string('░', width - filled);
    }

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..Math.Max(0, width)];

    private static List<(string Text, Style? Style)> Fit(IReadOnlyList<(string Text, Style? Style)> line, int width)
    {
        var fitting = new List<(string, Style?)>();
        int left = width;
        foreach (var (text, style) in line)
        {
            string part = Cut(text, left);
            left -= part.Length;
            fitting.Add((part, style));
        }

        return fitting;
    }
}
