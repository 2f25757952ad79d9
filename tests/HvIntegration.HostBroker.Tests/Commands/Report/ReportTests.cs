using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Queries;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Report;
using HvIntegration.Model;
using System.Xml.Linq;

namespace HvIntegration.HostBroker.Tests.Commands.Report;

public sealed class ReportTests
{
    private const long From = 1_700_000_000;
    private const string Neighbour = "nightly (7z) backup";
    private static readonly Guid Vm = new("11111111-0000-4000-8000-000000000001");

    [Fact]
    public async Task Report_RunningBroker_WritesOnePageWithBothSides()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        string file = Path.Combine(broker.Folder, "report.html");
        string said = "";

        await TestBroker.EventuallyAsync(
            async () =>
            {
                (int status, said) = await RunAsync("report", "--vm", "WEB-01", "--from", "-1m", "-o", file, "--broker", broker.Url);
                return status == ExitStatus.Ok && (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Contains("class=\"line out0\" d=", StringComparison.Ordinal);
            },
            "a report with a line of the host's numbers");

        string page = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.StartsWith(file, said, StringComparison.Ordinal);
        Assert.Contains("<h1>web-01</h1>", page, StringComparison.Ordinal);
        Assert.Contains("SIMULATED", page, StringComparison.Ordinal);
        Assert.False(File.Exists(file + ".part"));
    }

    [Theory]
    [InlineData("--vm nope", ExitStatus.NotFound, "hvi vms")]
    [InlineData("--vm web-01 --from yesterday", ExitStatus.Usage, "yesterday")]
    [InlineData("--vm web-01 --from 1000 --to 2000", ExitStatus.NotFound, "no data is stored")]
    public async Task Report_ThatCannotBeMade_SaysWhyAndWritesNothing(string asked, int expected, string says)
    {
        await using var broker = await TestBroker.StartAsync();
        string file = Path.Combine(broker.Folder, "report.html");

        var (status, said) = await RunAsync(["report", .. asked.Split(' '), "-o", file, "--broker", broker.Url]);

        Assert.Equal(expected, status);
        Assert.Contains(says, said, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Write_Episode_VerdictStandsAboveTheChartsAndBothSidesMirrorOnOneScale()
    {
        string page = ReportPage.Write(Example(), DateTimeOffset.UnixEpoch, neighbours: false);

        int verdict = page.IndexOf("web-01: host CPU contention (host side) since", StringComparison.Ordinal);
        Assert.True(verdict > 0 && verdict < page.IndexOf("<h3>Processor</h3>", StringComparison.Ordinal), page);
        // 50 % on both sides is equally far from its edge of the axis, which is 18 wide and begins at 74.
        Assert.All(Heights(page, "in0"), y => Assert.Equal(74 - 33.0, y));
        Assert.All(Heights(page, "out0"), y => Assert.Equal(74 + 18 + 33.0, y));
        Assert.Contains("class=\"episode\"", page, StringComparison.Ordinal);
        Assert.Contains("Not measured on either side: memory, disk latency, disk operations, network.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AnyIncident_NeedsNothingOutsideThePage()
    {
        string page = ReportPage.Write(Example(), DateTimeOffset.UnixEpoch, neighbours: false);

        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.All(new[] { "<script", "<link", "<img", "src=", "href=", "url(", "@import", "http://", "https://" }, s => Assert.DoesNotContain(s, page, StringComparison.OrdinalIgnoreCase));
        Assert.All(Charts(page), svg => Assert.Equal("svg", svg.Name.LocalName));
    }

    [Fact]
    public void Write_TextOfAGuest_IsTextAndNothingElse()
    {
        string page = ReportPage.Write(Example() with { Processes = [Process("<script>alert(1)</script>\u001b")] }, DateTimeOffset.UnixEpoch, neighbours: false);

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u001b', page);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_NeighboursProcess_IsNamedOnlyWhenAskedFor(bool neighbours)
    {
        string page = ReportPage.Write(Example(), DateTimeOffset.UnixEpoch, neighbours);

        Assert.Equal(neighbours, page.Contains("7z", StringComparison.Ordinal));
        Assert.Contains("batch-02 used 80 %", page, StringComparison.Ordinal);
        Assert.Contains("Also detected: storage quota", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_ProcessOfTheHost_IsNamedOnlyWhenAskedFor(bool neighbours)
    {
        string page = ReportPage.Write(
            Example(new Culprit(Guid.Empty, "secret-backup(77)", null, 0.8, 0.3, 0.9), new Culprit(Guid.Empty, Culprit.RootPartition, null, 0.1, null, null) { Kind = CulpritKind.RootPartition }),
            DateTimeOffset.UnixEpoch, neighbours);

        Assert.Equal(neighbours, page.Contains("secret-backup", StringComparison.Ordinal));
        Assert.Equal(!neighbours, page.Contains("A host process used 80 %", StringComparison.Ordinal));
        Assert.Contains("<td>root partition</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_SeveralProcessesOfTheHost_AreOneRow()
    {
        string page = ReportPage.Write(
            Example(new Culprit(Guid.Empty, "cc1(7)", null, 0.2, 0.1, null), new Culprit(Guid.Empty, "ld(8)", null, 0.3, null, null)),
            DateTimeOffset.UnixEpoch, neighbours: false);

        Assert.Contains("<td>2 host processes</td><td class=\"n\">50.0 %</td><td class=\"n\">not known</td><td>left out</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_RecordingBeganLate_ChartsBeginThere()
    {
        var incident = Example();
        string page = ReportPage.Write(incident with { Series = incident.Series with { FromSecond = From - 540 } }, DateTimeOffset.UnixEpoch, neighbours: false);

        Assert.Contains("Nothing was recorded before 2023-11-14 22:13:21 UTC, so the charts start at that time.", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">22:0", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(90, null, "since 2023-11-14 22:13:21 UTC, still open at 22:14:20 UTC")]
    [InlineData(30, null, "since 2023-11-14 22:13:21 UTC, last held at 22:13:50 UTC, episode still open")]
    [InlineData(30, 30, "from 2023-11-14 22:13:21 to 2023-11-14 22:13:50 UTC")]
    public void Write_Episode_SaysUntilWhen(int held, int? end, string says)
    {
        var incident = Example();
        string page = ReportPage.Write(incident with { Worst = incident.Worst! with { HeldSecond = From + held, EndSecond = end is { } e ? From + e : null } }, DateTimeOffset.UnixEpoch, neighbours: false);

        Assert.Contains(says, page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OneSecond_StandsBySideAndSaysWhatIsNotMeasured()
    {
        var incident = Example();
        NamedSignalView Signal(string side, string words, string quality) => new(words, new SignalView("x", side, 0.5, "1", 0.02, quality, "counter"));
        string page = ReportPage.Write(
            incident with { Moment = new MomentAnswer(incident.Series.Source, incident.Series.Vm, From + 30, true, true, [Signal("host", "run", "measured"), Signal("guest", "busy", "estimated"), Signal("both", "steal", "measured")], new RecordedVerdictView("cpu.contention", "host", 0.93, "Contention", "", ""), null, []) },
            DateTimeOffset.UnixEpoch, neighbours: false);

        string numbers = page[page.IndexOf("UTC, all values", StringComparison.Ordinal)..];
        int[] places = [.. new[] { "Guest side", "busy <i>estimated</i>", "Host side", "run<", "Both sides and configuration", "steal<" }.Select(s => numbers.IndexOf(s, StringComparison.Ordinal))];
        Assert.True(places[0] > 0 && places.Order().SequenceEqual(places), numbers);
        Assert.DoesNotContain("<i>measured", numbers, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CauseOpen_HasNoProbability()
    {
        var incident = Example();
        string page = ReportPage.Write(
            incident with { Worst = null, Evidence = null, Series = incident.Series with { Episodes = [], Verdicts = [new(From + 1, From + 2, "unknown", 0, "web-01: neither side reported enough data for a diagnosis.")] } },
            DateTimeOffset.UnixEpoch, neighbours: false);

        Assert.Contains("<td class=\"n\">no probability</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Probability 0", page, StringComparison.Ordinal);
    }

    private static List<double> Heights(string page, string ink)
    {
        string d = Charts(page).SelectMany(s => s.Descendants()).First(e => (string?)e.Attribute("class") == "line " + ink && e.Attribute("d")!.Value != "M0 4H26").Attribute("d")!.Value;
        var heights = d.Split('M', 'L').Where(p => p.Length > 0).Select(p => double.Parse(p.Split(' ')[1].Split('h')[0], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, heights.Count);
        return heights;
    }

    private static List<XElement> Charts(string page)
    {
        var found = new List<XElement>();
        for (int at = page.IndexOf("<svg viewBox=\"0 0 960", StringComparison.Ordinal); at >= 0; at = page.IndexOf("<svg viewBox=\"0 0 960", at + 1, StringComparison.Ordinal))
        {
            found.Add(XElement.Parse(page[at..(page.IndexOf("</svg>", at, StringComparison.Ordinal) + "</svg>".Length)]));
        }

        Assert.NotEmpty(found);
        return found;
    }

    private static ProcessView Process(string name) => new(7, name, 0.5, 0.1, 1024, 0, 0, 0);

    private static Incident Example() => Example(new Culprit(Guid.NewGuid(), "batch-02", Neighbour, 0.8, 0.3, 0.9));

    private static Incident Example(params Culprit[] culprits)
    {
        var statement = new VerdictStatement(StatementKind.Cause, HypothesisIds.HostCpuContention, Side.Host, Vm, "web-01")
        {
            SinceSecond = From, Levels = [new MeasuredLevel(SignalIds.Ready, 0.4, 0.05, "1")], Resource = SharedResource.Processors, Culprits = culprits,
            AlsoCauses = [HypothesisIds.StorageQosCap], Advice = HypothesisIds.HostCpuContention,
        };
        string said = VerdictText.SentenceOf(statement);
        HistorySeriesView half = new("", 1, [new(From + 1, 0.5, 0.5, 0.5), new(From + 2, 0.5, 0.5, 0.5)]);
        var source = new SourceLabel("qemu", "live", null);
        var vm = new VmRef(Vm, "web-01");
        var episode = new EpisodeView($"{Vm}-{From}", Vm, "web-01", "cpu.contention", From + 1, From + 90, null, 0.6, said, "Contention", "host", 0.93, null) { Statement = statement };
        var verdict = Views.Of(new Verdict(
            HypothesisIds.HostCpuContention, Side.Host, 0.93, statement, null, 0,
            [new Evidence(SignalIds.Ready, new Fact(FactKind.AtLeast, SignalIds.Ready, 0.4, 0.05, "1"), 0.4, 0.05, "1", "runqueue", 3, Side.Host)], [], []));
        var series = new SeriesAnswer(
            source, vm, From, From + 60,
            [new("signal", SignalIds.GuestBusy, "guest busy", "guest", "1", [half]), new("signal", SignalIds.HostRun, "virtual processors running", "host", "1", [half])],
            [new(From + 1, From + 2, "cpu.contention", 0.93, said)], [episode]);
        return new Incident(series, "1.0", null, episode, verdict, null, [Process("nginx")]);
    }

    private static async Task<(int Status, string Said)> RunAsync(params string[] args)
    {
        var run = await ConsoleRun.RunAsync(args);
        return (run.Status, run.Text);
    }
}
