using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using HvIntegration.Model;
using System.Globalization;
using System.Net;
using System.Text;

namespace HvIntegration.Cli.Report;

/// <summary>Writes an <see cref="Incident"/> as one HTML page without script, font, image or address of anything outside it.</summary>
internal static class ReportPage
{
    private const int VerdictsShown = 60;
    private const int EpisodesShown = 40;

    private const string Style = """
        :root{color-scheme:light;--ink:#1b1f24;--soft:#57606a;--rule:#d0d7de;--in:#0b62b8;--out:#b3520a}
        *{box-sizing:border-box}
        body{font:15px/1.5 system-ui,"Segoe UI",sans-serif;color:var(--ink);background:#fff;max-width:1020px;margin:0 auto;padding:28px}
        h1{font-size:26px;margin:0}h2{font-size:19px;margin:30px 0 8px;border-bottom:1px solid var(--rule)}h3{font-size:15px;margin:14px 0 2px}
        .soft,.legend{color:var(--soft)}.legend{font-size:12.5px;margin:2px 0 0 70px}.legend b{display:inline-block;min-width:58px}.legend span{margin-right:14px}
        .label{display:inline-block;background:#7a1fa2;color:#fff;font-weight:700;padding:3px 10px;border-radius:3px;margin:8px 0}
        .verdict{border-left:6px solid #57606a;background:#f6f8fa;padding:12px 18px;margin:16px 0;font-size:18px}
        .verdict.affected{border-color:#b42318;background:#fff4f2}.verdict p{margin:0 0 4px}
        table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-bottom:1px solid var(--rule)}
        td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td,p{overflow-wrap:break-word}
        svg{display:block;width:100%;height:auto}svg.key{display:inline-block;width:26px;height:8px}
        .axis{fill:#eef1f4}.grid{stroke:var(--rule);fill:none}.episode{fill:#b42318;opacity:.1}.gap{fill:none;stroke:#57606a;stroke-dasharray:2 3;opacity:.8}
        text{font:11px system-ui,"Segoe UI",sans-serif;fill:var(--soft)}.scale{text-anchor:end}.time{text-anchor:middle}
        .line{fill:none;stroke-width:1.6;stroke-linejoin:round}.in0{stroke:var(--in)}.in1{stroke:#4b2aa8;stroke-dasharray:5 3}.out0{stroke:var(--out)}.out1{stroke:#7d6a00;stroke-dasharray:5 3}
        .sides{columns:2;column-gap:28px}.sides section{margin-bottom:10px}.sides h3{margin-top:0;break-after:avoid}.sides table{font-size:12.5px}.sides td,.sides th{padding:2px 8px 2px 0}.sides tr{break-inside:avoid}
        @media (max-width:760px){.sides{columns:1}}
        @page{margin:13mm}
        @media print{body{padding:0;max-width:none;font-size:10pt;line-height:1.4}.chart,.verdict,tr{break-inside:avoid}h2{break-after:avoid;margin-top:16px;font-size:13pt}h3{margin-top:8px;break-after:avoid}.verdict{font-size:12pt;margin:10px 0}
        .legend{font-size:8pt}table{font-size:9pt}th,td{padding:2px 10px 2px 0}.sides table{font-size:8pt}.sides td,.sides th{padding:1px 8px 1px 0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
        """;

    /// <summary>Writes the report as one HTML page.</summary>
    /// <param name="incident">The stored data of the incident.</param>
    /// <param name="written">When the report is made.</param>
    /// <param name="neighbours">Names processes of other VMs and of the host too.</param>
    public static string Write(Incident incident, DateTimeOffset written, bool neighbours)
    {
        incident = neighbours ? incident : incident.WithoutOthers();
        var series = incident.Series;
        var page = new StringBuilder(64 * 1024);
        string name = Text(series.Vm.Name);
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{name}, {Quantity.Clock(series.FromSecond, date: true)} UTC: both sides</title>
            <style>{Style}</style></head><body>
            <header><h1>{name}</h1><div class="soft">{Quantity.Clock(series.FromSecond, date: true)} to {Quantity.Clock(series.ToSecond, date: true)} UTC, {Quantity.Span(series.ToSecond - series.FromSecond)}</div>

            """);
        if (series.Source.Label is { } label)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"label\">{Text(label)}</div>\n");
        }

        page.Append("</header><main>\n");
        Verdict(page, incident);
        Charts(page, series);
        Evidence(page, incident);
        Moment(page, incident);
        Processes(page, incident);
        Episodes(page, series);
        Gaps(page, series);
        Verdicts(page, series);
        About(page, incident, written, neighbours);
        return page.Append("</main></body></html>\n").ToString();
    }

    private static void Verdict(StringBuilder page, Incident incident)
    {
        string sentence = incident.Headline is { } s ? Text(s) : "No verdict is stored for this time range.";
        page.Append(CultureInfo.InvariantCulture, $"<section class=\"verdict{(incident.Worst is null ? "" : " affected")}\"><p>{sentence}</p>");
        if (incident.Probability is { } probability)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"soft\">Probability {Quantity.Percent(probability)}");
            if (incident.Worst is { } worst)
            {
                string time = worst.EndSecond is { } end
                    ? $"from {Quantity.Clock(worst.OnsetSecond, date: true)} to {Quantity.Clock(end, date: true)} UTC"
                    : $"since {Quantity.Clock(worst.OnsetSecond, date: true)} UTC, {Open(worst, incident.Series)}";
                page.Append(CultureInfo.InvariantCulture, $"; side of the cause: {Text(worst.Side)}; {time}; severity {Quantity.Percent(worst.Severity)}");
            }

            page.Append("</div>");
        }

        string? helps = incident.Evidence?.WhatHelps ?? (incident.Worst is null ? null : incident.Moment?.Verdict.WhatHelps);
        if (helps is { Length: > 0 })
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><b>Advice:</b> {Text(helps)}</p>");
        }

        page.Append("</section>\n");
    }

    /// <summary>Until when an episode without an end is known to have held.</summary>
    private static string Open(EpisodeView episode, SeriesAnswer series)
    {
        const long RestMin = 5;
        long last = Math.Min(episode.HeldSecond, series.ToSecond);
        return series.ToSecond - last <= RestMin ? $"still open at {Quantity.Clock(series.ToSecond)} UTC" : $"last held at {Quantity.Clock(last)} UTC, episode still open";
    }

    private static void Charts(StringBuilder page, SeriesAnswer series)
    {
        page.Append("<h2>Both sides on one time axis</h2>\n<p class=\"soft\">The guest side is above each axis, the host side of the same VM is below it, in the same scale. Shaded areas are episodes. Known gaps in the data are framed, and listed below with their cause.</p>\n");
        var drawn = Recorded(series);
        if (drawn.FromSecond > series.FromSecond)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Nothing was recorded before {Quantity.Clock(drawn.FromSecond, date: true)} UTC, so the charts start at that time.</p>\n");
        }

        var missing = ReportCharts.All.Where(chart => !MirroredChart.Write(page, chart, drawn)).Select(c => c.Title.ToLowerInvariant()).ToList();
        if (missing.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Not measured on either side: {string.Join(", ", missing)}.</p>\n");
        }
    }

    /// <summary>The stretch without the time before anything was recorded, where that is more than a tenth of it.</summary>
    private static SeriesAnswer Recorded(SeriesAnswer series)
    {
        var firsts = series.Series.SelectMany(s => s.Series).Where(s => s.Points.Count > 0).Select(s => s.Points[0].Second).ToList();
        long first = firsts.Count > 0 ? firsts.Min() : series.FromSecond;
        return (first - series.FromSecond) * 10 > series.ToSecond - series.FromSecond ? series with { FromSecond = first } : series;
    }

    private static void Evidence(StringBuilder page, Incident incident)
    {
        if (incident.Worst is null)
        {
            return;
        }

        page.Append("<h2>Evidence</h2>\n");
        if (incident.Evidence is not { } verdict)
        {
            page.Append("<p>The evidence of this episode is no longer in the memory of the broker. The stored values of its most certain second are below.</p>\n");
            return;
        }

        Table(page, ["", "Evidence", "#Value", "#Threshold", "Source"],
            verdict.For.Select(e => Row("for", e)).Concat(verdict.Against.Select(e => Row("against", e))));
        if (verdict.NotMeasured.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Not measured: {Text(string.Join(", ", verdict.NotMeasured))}.</p>\n");
        }

        if (verdict.Culprits.Count > 0)
        {
            page.Append("<h3>Suspects</h3>\n");
            Table(page, ["Name", "#Share", "#Increase", "Main process"], Suspects(verdict.Culprits));
        }

        static string[] Row(string side, EvidenceView e) =>
            [side, Text(e.Sentence), Quantity.Text(e.Value, e.Unit), e.Limit is null ? "" : Quantity.Text(e.Limit, e.Unit), Text(e.Native)];
    }

    /// <summary>A row for each suspect; processes of the host that are not named are one row.</summary>
    private static IEnumerable<string[]> Suspects(IReadOnlyList<CulpritView> culprits)
    {
        static bool Nameless(CulpritView c) => c is { Kind: CulpritKind.HostProcessLeftOut, Name.Length: 0 };
        foreach (var c in culprits.Where(c => !Nameless(c)).OrderByDescending(c => c.Share))
        {
            yield return
            [
                Text(c.Name), Quantity.Percent(c.Share), c.ExtraShare is { } extra ? Quantity.Percent(extra) : "not known",
                c.IsProcessLeftOut ? "left out" : c.Process is null ? "not known" : Text(c.Process),
            ];
        }

        if (culprits.Where(Nameless).ToList() is { Count: > 0 } nameless)
        {
            yield return
            [
                nameless.Count == 1 ? VerdictText.HostProcess : $"{nameless.Count} host processes", Quantity.Percent(nameless.Sum(c => c.Share)),
                nameless.TrueForAll(c => c.ExtraShare is not null) ? Quantity.Percent(nameless.Sum(c => c.ExtraShare!.Value)) : "not known", "left out",
            ];
        }
    }

    private static void Moment(StringBuilder page, Incident incident)
    {
        if (incident.Moment is not { } moment)
        {
            page.Append("<h2>Values of one second</h2>\n<p>Single seconds of this time are no longer stored.</p>\n");
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>{Quantity.Clock(moment.Second)} UTC, all values</h2>\n<div class=\"sides\">\n");
        var kept = moment.Signals.Where(s => s.Signal.Value is not null).ToLookup(s => s.Signal.Side is "guest" or "host" ? s.Signal.Side : "both");
        Side("Guest side", kept["guest"]);
        Side("Host side", kept["host"]);
        Side("Both sides and configuration", kept["both"]);
        page.Append("</div>\n");

        void Side(string heading, IEnumerable<NamedSignalView> signals)
        {
            if (signals.Any())
            {
                page.Append(CultureInfo.InvariantCulture, $"<section><h3>{heading}</h3>\n");
                Table(page, ["What", "#Value", "#± error"], signals.Select(s => new[]
                {
                    Text(Of(s)) + (s.Signal.Quality == "measured" ? "" : $" <i>{Text(s.Signal.Quality)}</i>"), Quantity.Text(s.Signal.Value, s.Signal.Unit),
                    s.Signal.ErrorBar is { } error ? Quantity.Text(error, s.Signal.Unit) : "",
                }));
                page.Append("</section>\n");
            }
        }

        // A number of one processor or disk says which.
        static string Of(NamedSignalView s) => s.Signal.Id.IndexOf(':', StringComparison.Ordinal) is > 0 and var at ? $"{s.Words} ({s.Signal.Id[(at + 1)..]})" : s.Words;
    }

    private static void Processes(StringBuilder page, Incident incident)
    {
        page.Append("<h2>Busiest processes of this VM</h2>\n");
        if (incident.Processes.Count == 0)
        {
            page.Append("<p>No agent sent processes for this time, or they are no longer stored.</p>\n");
            return;
        }

        Table(page, ["Process", "#PID", "#Processors", "#Waited to run", "#Memory", "#Read", "#Written"], incident.Processes.Select(p => new[]
        {
            Text(p.Name), p.Pid.ToString(CultureInfo.InvariantCulture), Quantity.Number(p.CpuShare), Quantity.Percent(p.RunWaitShare), Quantity.Bytes(p.ResidentBytes),
            Quantity.Text(p.ReadBytesPerSecond, "By/s"), Quantity.Text(p.WriteBytesPerSecond, "By/s"),
        }));
    }

    private static void Episodes(StringBuilder page, SeriesAnswer series)
    {
        if (series.Episodes.Count > 0)
        {
            page.Append("<h2>Episodes</h2>\n");
            Table(page, ["From", "Until", "#Harm", "What", "Acknowledged"], series.Episodes.OrderBy(e => e.OnsetSecond).Take(EpisodesShown).Select(e => new[]
            {
                Quantity.Clock(e.OnsetSecond, date: true), e.EndSecond is { } end ? Quantity.Clock(end, date: true) : Open(e, series), Quantity.Percent(e.Severity), Text(e.Sentence),
                e.Acknowledged is { } seen ? Text($"{seen.By} {seen.Note}".Trim()) : "",
            }));
            More(page, series.Episodes.Count - EpisodesShown);
        }
    }

    private static void Gaps(StringBuilder page, SeriesAnswer series)
    {
        if (series.Gaps.Count > 0)
        {
            page.Append("<h2>Gaps in the data</h2>\n");
            Table(page, ["From", "Until", "#Lasted", "Cause"], series.Gaps.Take(EpisodesShown).Select(g => new[]
            {
                Quantity.Clock(g.FromSecond, date: true), Quantity.Clock(g.ToSecond, date: true), Quantity.Span(g.ToSecond - g.FromSecond + 1), Text(g.Words),
            }));
            More(page, series.Gaps.Count - EpisodesShown);
        }
    }

    private static void Verdicts(StringBuilder page, SeriesAnswer series)
    {
        page.Append("<h2>Verdicts over time</h2>\n");
        Table(page, ["From", "#Lasted", "#Probability", "What"], series.Verdicts.Take(VerdictsShown).Select(v => new[]
        {
            Quantity.Clock(v.FromSecond), Quantity.Span(v.ToSecond - v.FromSecond + 1), Hypotheses.IsUnknown(v.Hypothesis) ? "no probability" : Quantity.Percent(v.Probability), Text(v.Sentence),
        }));
        More(page, series.Verdicts.Count - VerdictsShown);
    }

    private static void About(StringBuilder page, Incident incident, DateTimeOffset written, bool neighbours)
    {
        var source = incident.Series.Source;
        string machine = incident.Vm is not { } vm
            ? "This VM is no longer on the host."
            : $"{vm.Vm.VirtualProcessors} virtual {(vm.Vm.VirtualProcessors == 1 ? "processor" : "processors")}{(vm.Vm.CpuLimit is { } cap ? $", capped at {Quantity.Number(cap)} logical processors" : "")}"
                + (vm.Agent.Os is { } os ? $"; guest operating system: {Screen.Safe(os, 120)}" : "") + ".";
        page.Append(CultureInfo.InvariantCulture, $"""
            <footer><h2>About this report</h2>
            <p class="soft">VM {incident.Series.Vm.Id}. {Text(machine)} Counter source {Text(source.Name)} ({Text(source.Origin)}); broker {Text(incident.BrokerVersion)}.
            Written {written.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC by hvi report. {(neighbours ? "Processes of other VMs and of the host are named." : "Names of processes outside this VM are omitted.")}</p></footer>

            """);
    }

    private static void More(StringBuilder page, int count)
    {
        if (count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">And {count} more. A report of a shorter time range shows them.</p>\n");
        }
    }

    /// <summary>A table; a heading that begins with # stands over numbers. Cells are HTML already.</summary>
    private static void Table(StringBuilder page, string[] headings, IEnumerable<string[]> rows)
    {
        page.Append("<table><thead><tr>");
        foreach (string heading in headings)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th{Numeric(heading)} scope=\"col\">{heading.TrimStart('#')}</th>");
        }

        page.Append("</tr></thead><tbody>\n");
        foreach (string[] row in rows)
        {
            page.Append("<tr>");
            for (int i = 0; i < row.Length; i++)
            {
                page.Append(CultureInfo.InvariantCulture, $"<td{Numeric(headings[i])}>{row[i]}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody></table>\n");

        static string Numeric(string heading) => heading.StartsWith('#') ? " class=\"n\"" : "";
    }

    /// <summary>Text that may come from a guest, so that it is text and nothing else.</summary>
    private static string Text(string text) => WebUtility.HtmlEncode(Screen.Safe(text));
}
