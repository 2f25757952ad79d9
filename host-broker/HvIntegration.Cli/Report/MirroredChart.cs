using HvIntegration.Api.Contract;
using HvIntegration.Cli.Screens;
using System.Globalization;
using System.Net;
using System.Text;

namespace HvIntegration.Cli.Report;

/// <summary>Draws one <see cref="ReportChart"/> as inline SVG. Lines differ in dash as well as colour, so that a grey print can be read.</summary>
internal static class MirroredChart
{
    private const int Width = 960;
    private const int Left = 70;
    private const int Right = 10;
    private const int Half = 66;
    private const int Band = 18;
    private const int Top = 8;
    private const int Ticks = 6;
    private const int Bottom = Top + (2 * Half) + Band;
    private static readonly string[] InsideInk = ["in0", "in1"];
    private static readonly string[] OutsideInk = ["out0", "out1"];

    /// <summary>Writes the chart with its legend; nothing when neither side has a value.</summary>
    /// <returns>False when nothing was written.</returns>
    public static bool Write(StringBuilder page, ReportChart chart, SeriesAnswer answer)
    {
        var inside = Lines(chart.Inside, InsideInk, answer);
        var outside = Lines(chart.Outside, OutsideInk, answer);
        var all = inside.Concat(outside).ToList();
        if (all.All(l => l.Points.Count == 0))
        {
            return false;
        }

        // One scale for both halves: only then is a difference between the sides a difference on paper.
        double greatest = all.SelectMany(l => l.Points).Max(p => p.Value ?? 0);
        double top = chart.Unit == "1" ? Math.Max(1, greatest) : greatest > 0 ? greatest : 1;
        string label = WebUtility.HtmlEncode($"{chart.Title}: guest side above the axis, host side below, 0 to {Quantity.Text(top, chart.Unit)}");
        page.Append(CultureInfo.InvariantCulture, $"<section class=\"chart\"><h3>{chart.Title}</h3>\n<svg viewBox=\"0 0 {Width} {Bottom + Top}\" role=\"img\" aria-label=\"{label}\">\n");
        Episodes(page, answer);
        Gaps(page, answer);
        int axis = Top + Half;
        page.Append(CultureInfo.InvariantCulture, $"""
            <rect class="axis" x="{Left}" y="{axis}" width="{Width - Left - Right}" height="{Band}"/>
            <path class="grid" d="M{Left} {Top}H{Width - Right}M{Left} {Bottom}H{Width - Right}"/>
            <text class="scale" x="{Left - 6}" y="{Top + 9}">{Quantity.Text(top, chart.Unit)}</text>
            <text class="scale" x="{Left - 6}" y="{axis - 4}">guest</text>
            <text class="scale" x="{Left - 6}" y="{axis + Band + 12}">host</text>
            <text class="scale" x="{Left - 6}" y="{Bottom}">{Quantity.Text(top, chart.Unit)}</text>

            """);
        Times(page, answer, axis);
        foreach (var line in inside)
        {
            Line(page, line, answer, v => axis - (v / top * Half));
        }

        foreach (var line in outside)
        {
            Line(page, line, answer, v => axis + Band + (v / top * Half));
        }

        page.Append("</svg>\n");
        Legend(page, "Guest", inside, chart.Unit);
        Legend(page, "Host", outside, chart.Unit);
        page.Append("</section>\n");
        return true;
    }

    private static List<ChartLine> Lines(IReadOnlyList<string> ids, string[] ink, SeriesAnswer answer) =>
    [
        .. ids.Select((id, i) =>
        {
            var named = answer.Series.FirstOrDefault(s => s.Name == id);
            var kept = named is { Series: [var only, ..] } ? only : null;
            return new ChartLine(named?.Words ?? id, ink[i], kept?.SpanSeconds ?? 1, [.. (kept?.Points ?? []).Where(p => p.Value is not null)]);
        }),
    ];

    private static double X(SeriesAnswer answer, double second) =>
        Left + ((second - answer.FromSecond) / Math.Max(1, answer.ToSecond - answer.FromSecond) * (Width - Left - Right));

    private static void Episodes(StringBuilder page, SeriesAnswer answer)
    {
        foreach (var episode in answer.Episodes)
        {
            double from = X(answer, Math.Max(answer.FromSecond, episode.OnsetSecond));
            double to = X(answer, Math.Min(answer.ToSecond, episode.EndSecond is { } end ? end + 1 : answer.ToSecond));
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"episode\" x=\"{from:0.#}\" y=\"{Top}\" width=\"{Math.Max(1, to - from):0.#}\" height=\"{Bottom - Top}\"/>\n");
        }
    }

    private static void Gaps(StringBuilder page, SeriesAnswer answer)
    {
        foreach (var gap in answer.Gaps.Where(g => g.ToSecond >= answer.FromSecond))
        {
            double from = X(answer, Math.Max(answer.FromSecond, gap.FromSecond));
            double to = X(answer, Math.Min(answer.ToSecond, gap.ToSecond + 1));
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"gap\" x=\"{from:0.#}\" y=\"{Top}\" width=\"{Math.Max(1, to - from):0.#}\" height=\"{Bottom - Top}\"><title>{WebUtility.HtmlEncode(GapLines.Text(gap))}</title></rect>\n");
        }
    }

    private static void Times(StringBuilder page, SeriesAnswer answer, int axis)
    {
        for (int i = 0; i < Ticks; i++)
        {
            // The middle of each sixth: no label can leave the axis at its ends.
            double share = (i + 0.5) / Ticks;
            long second = answer.FromSecond + (long)((answer.ToSecond - answer.FromSecond) * share);
            page.Append(CultureInfo.InvariantCulture, $"<text class=\"time\" x=\"{X(answer, second):0.#}\" y=\"{axis + 13}\">{Quantity.Clock(second)}</text>\n");
        }
    }

    /// <summary>A gap of more than two windows is a gap on paper too: what was not measured is not drawn.</summary>
    private static void Line(StringBuilder page, ChartLine line, SeriesAnswer answer, Func<double, double> y)
    {
        if (line.Points.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<path class=\"line {line.Ink}\" d=\"");
        long before = long.MinValue / 2;
        foreach (var point in line.Points)
        {
            bool joined = point.Second - before <= 2L * Math.Max(1, line.Span);
            double x = X(answer, point.Second + (line.Span / 2.0));
            page.Append(CultureInfo.InvariantCulture, $"{(joined ? 'L' : 'M')}{x:0.#} {y(Math.Max(0, point.Value!.Value)):0.#}{(joined ? "" : "h0.5")}");
            before = point.Second;
        }

        page.Append("\"/>\n");
    }

    private static void Legend(StringBuilder page, string side, List<ChartLine> lines, string unit)
    {
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"legend\"><b>{side}</b> ");
        foreach (var line in lines)
        {
            string values = line.Points.Count == 0
                ? "not measured"
                : $"mean {Quantity.Text(line.Points.Average(p => p.Value!.Value), unit)}, maximum {Quantity.Text(line.Points.Max(p => p.Value!.Value), unit)}";
            page.Append(CultureInfo.InvariantCulture, $"<span><svg class=\"key\" viewBox=\"0 0 26 8\" aria-hidden=\"true\"><path class=\"line {line.Ink}\" d=\"M0 4H26\"/></svg> {WebUtility.HtmlEncode(line.Words)} ({values})</span> ");
        }

        page.Append("</p>\n");
    }

    private sealed record ChartLine(string Words, string Ink, int Span, IReadOnlyList<HistoryPointView> Points);
}
