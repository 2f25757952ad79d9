using HvIntegration.Broker.Live;
using HvIntegration.HostBroker.Composition;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using HvIntegration.Broker.Queries;
using HvIntegration.Cli.Report;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using HvIntegration.Engine.Options;
using HvIntegration.History;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.Privacy;

/// <summary>
/// Who gets a report, a bundle or the API of an opened bundle learns no name of a process outside the VM, however it is spelled. Stronger than to look for the name: what is
/// written is the same, byte for byte, whatever the names are.
/// </summary>
public sealed partial class OthersLeftOutTests
{
    private const long From = 1_700_000_000;
    private const int Names = 400;
    private static readonly Guid Web = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid Batch = new("11111111-0000-4000-8000-000000000002");
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(Names);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Report_OfAnyNamesOutsideTheVm_IsTheSameAndNamesNone()
    {
        string plain = Report("a", "b");

        Check.One(Many, Prop.ForAll(HostileNames.All, HostileNames.All, (inside, host) => Report(string.Concat(inside), string.Concat(host)) == plain));
        Check.One(Many, Prop.ForAll(HostileNames.All, HostileNames.All, (name, vm) => Report(string.Concat(name), string.Concat(name), string.Concat(vm)) == Report("a", "b", string.Concat(vm))));

        Assert.DoesNotContain(HostileNames.Secret, plain, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("a host process", plain, StringComparison.Ordinal);
        Assert.Contains("<td>left out</td>", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ThatWasAskedForThem_NamesThem()
    {
        string page = ReportPage.Write(IncidentOf("inside-of-batch", "host-backup"), DateTimeOffset.UnixEpoch, neighbours: true);

        Assert.Contains("inside-of-batch", page, StringComparison.Ordinal);
        Assert.Contains("host-backup", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Bundle_OfAnyNamesOutsideTheVm_IsTheSameButForItsHashesAndNamesNone()
    {
        string plain = WithoutHashes(Parts("a", "b"));

        Check.One(Many, Prop.ForAll(HostileNames.All, HostileNames.All, (inside, host) => WithoutHashes(Parts(string.Concat(inside), string.Concat(host))) == plain));

        Assert.Contains("process-", plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenedBundle_OfHostileNames_NamesNoneInApiAndPages(bool older)
    {
        foreach (string name in HostileNames.Some)
        {
            string folder = Directory.CreateTempSubdirectory("hvi-privacy-").FullName;
            try
            {
                string file = Path.Combine(folder, "incident.hvi");
                await WriteAsync(file, name, older);
                Assert.Equal(older, (await TextAsync(file)).Contains(HostileNames.Secret, StringComparison.Ordinal));
                await using var opened = await OpenedBundle.StartAsync(file, "http://127.0.0.1:0", new EngineOptions(), null, Cancellation);
                using var http = new HttpClient { BaseAddress = new Uri(opened.Url) };
                foreach (string address in Addresses())
                {
                    using var answer = await http.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
                    string text = await answer.Content.ReadAsStringAsync(Cancellation);
                    Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{address}: {answer.StatusCode} {text}");
                    AssertNamesNone(text, $"{address} of '{name}'");
                }

                string episodes = await http.GetStringAsync(new Uri("/api/v1/episodes", UriKind.Relative), Cancellation);
                Assert.Contains(older ? "web-01: Host CPU contention" : "web-01: host CPU contention", episodes, StringComparison.Ordinal);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<string> TextAsync(string file)
    {
        await using var zip = await ZipFile.OpenReadAsync(file, Cancellation);
        string all = "";
        foreach (var entry in zip.Entries)
        {
            using var text = new StreamReader(await entry.OpenAsync(Cancellation));
            all += await text.ReadToEndAsync(Cancellation);
        }

        return all;
    }

    private static IEnumerable<string> Addresses()
    {
        string vm = $"/api/v1/vms/{Web}";
        string times = $"from={From}&to={From + 20}";
        return
        [
            "/api/v1/vms", vm, $"/api/v1/vms/{Batch}", vm + "/signals", vm + "/stack", vm + "/metrics", vm + $"/verdicts?{times}", vm + $"/series?signals=cpu.host.ready&{times}",
            vm + $"/moment?at={From + 5}", vm + $"/processes/top?at={From + 5}", vm + "/rediagnosis", "/api/v1/episodes", $"/api/v1/episodes/{new EpisodeKey(Web, From)}", "/api/v1/host", "/api/v1/host/stack",
            "/api/v1/status", "/metrics", "/", $"/vm/{Web}", "/host", "/episodes", $"/episodes/{new EpisodeKey(Web, From)}", "/health",
        ];
    }

    private static void AssertNamesNone(string text, string where)
    {
        // As it is, and as it reads once HTML's and JSON's ways to write a character are undone.
        foreach (string form in new[] { text, WebUtility.HtmlDecode(text), Escaped().Replace(text, m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString()) })
        {
            Assert.False(form.Contains(HostileNames.Secret, StringComparison.OrdinalIgnoreCase), where + ": " + text);
        }
    }

    private static string WithoutHashes(string text) => Hash().Replace(text, "process-");

    // With its worst episode, and as a range without one, which the leading verdict heads.
    private static string Report(string inside, string host, string vm = "web-01")
    {
        var incident = IncidentOf(inside, host, vm);
        return ReportPage.Write(incident, DateTimeOffset.UnixEpoch, neighbours: false) + ReportPage.Write(incident with { Worst = null, Evidence = null }, DateTimeOffset.UnixEpoch, neighbours: false);
    }

    private static Episode EpisodeOf(string inside, string host, string vm = "web-01")
    {
        var statement = new VerdictStatement(StatementKind.Cause, HypothesisIds.HostCpuContention, Side.Host, Web, vm)
        {
            SinceSecond = From, Levels = [new MeasuredLevel(SignalIds.Ready, 0.4, 0.05, "1")], Resource = SharedResource.Processors, Advice = HypothesisIds.HostCpuContention,
            Culprits =
            [
                new Culprit(Guid.Empty, host, host, 0.6, 0.5, 0.9), new Culprit(Batch, "batch-02", inside, 0.3, 0.2, 0.8),
                new Culprit(Guid.Empty, Culprit.RootPartitionRest, null, 0.05, null, null) { Kind = CulpritKind.RootPartitionRest },
            ],
        };
        var verdict = new Verdict(
            HypothesisIds.HostCpuContention, Side.Host, 0.93, statement, null, 0,
            [new Evidence(SignalIds.Ready, new Fact(FactKind.AtLeast, SignalIds.Ready, 0.4, 0.05, "1"), 0.4, 0.05, "1", "runqueue", 3, Side.Host)], [], []);
        return new Episode(0, Web, HypothesisIds.HostCpuContention, From, From + 10, From + 10, 0.6, verdict);
    }

    private static EpisodeView ViewOf(Episode episode) => new(
        new EpisodeKey(episode.Partition, episode.OnsetSecond).ToString(), episode.Partition, episode.Verdict.Statement.Vm, episode.Hypothesis, episode.OnsetSecond, episode.HeldSecond, episode.EndSecond, episode.Severity,
        episode.Verdict.Sentence, episode.Verdict.Title, "host", episode.Verdict.Probability, null)
    {
        Statement = episode.Verdict.Statement,
    };

    private static Incident IncidentOf(string inside, string host, string name = "web-01")
    {
        var episode = EpisodeOf(inside, host, name);
        var view = ViewOf(episode);
        string said = episode.Verdict.Sentence;
        var source = new SourceLabel("qemu", "live", null);
        var vm = new VmRef(Web, name);

        // The second episode is one of which history has the words only.
        var series = new SeriesAnswer(
            source, vm, From, From + 60, [], [new(From, From + 10, episode.Hypothesis, 0.93, said)], [view, view with { Statement = null, OnsetSecond = From + 20, EndSecond = From + 30 }])
        {
            Leading = new(From, From + 10, episode.Hypothesis, 0.93, said), WorstEpisode = view.Id, MomentSecond = From + 5,
        };
        var moment = new MomentAnswer(
            source, vm, From + 5, true, true, [], new RecordedVerdictView(episode.Hypothesis, "host", 0.93, episode.Verdict.Title, said, episode.Verdict.WhatHelps), view with { Statement = null }, []);
        return new Incident(series, "1.0", null, view, Views.Of(episode.Verdict), moment, []);
    }

    private static RecordedSecond SecondOf(Episode episode, long second) => new(
        second, true, true, [], episode.Hypothesis, Side.Host, 0.93, episode.Verdict.Title, episode.Verdict.Sentence, episode.Verdict.WhatHelps, episode.OnsetSecond, episode.Severity);

    private static HostSample SampleOf(string host, long second) => new(
        Guid.Empty, new SeriesKey(HostMetrics.HostProcessTime.Id, host), SampleForm.Cumulative, second * 1_000_000_000, second * 1_000_000_000, second - From, SampleQuality.Measured, host);

    // Everything of a bundle that names can reach, as its file has it.
    private static string Parts(string inside, string host)
    {
        var privacy = new BundlePrivacy(withUsers: false, withOthers: false);
        var episode = EpisodeOf(inside, host);
        var view = ViewOf(episode);
        object[] parts =
        [
            privacy.Of(view, Views.Of(episode.Verdict)), privacy.Of(view with { Statement = null }, null), privacy.Of(view with { Statement = null }, Views.Of(episode.Verdict) with { Statement = null }),
            privacy.Of(SecondOf(episode, From + 1), "web-01"), privacy.Of(SampleOf(host, From + 1)),
        ];
        return string.Join('\n', parts.Select(p => JsonSerializer.Serialize(p, p.GetType(), BundleFormat.Json)));
    }

    // An older one has words of its time with names in them, as a pattern that missed them left them there, and no structure.
    private static async Task WriteAsync(string file, string name, bool older)
    {
        var privacy = new BundlePrivacy(withUsers: false, withOthers: false);
        var episode = EpisodeOf(name, name);
        var view = ViewOf(episode);
        var verdict = Views.Of(episode.Verdict);
        var recorded = older
            ? new BundleEpisode(view with { Statement = null }, verdict with { Statement = null, Culprits = [], For = [] })
            : privacy.Of(view, verdict);
        await using var stream = File.Create(file);
        await using var zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, Cancellation);
        var parts = new List<BundlePart>();
        await using (var part = await PartWriter.OpenAsync(zip, BundleFormat.Seconds, Cancellation))
        {
            for (long second = From; second < From + 20; second++)
            {
                var sample = privacy.Of(SampleOf(name, second));
                var said = SecondOf(episode, second);
                await part.WriteAsync(
                    new BundleLine(
                        second, second == From ? [new BundleSeries(HostMetrics.HostProcessTime.Name, sample.Series.Instance, sample.NativeName)] : null, null,
                        [new BundleHostRead(Guid.Empty, sample.Form, sample.StartNs, sample.EndNs, [0], [sample.Value])], null,
                        [new BundleVerdict(Web, older ? said : privacy.Of(said, "web-01"))]),
                    Cancellation);
            }

            parts.Add(part.Finish());
        }

        PartitionInfo Vm(Guid id, string vm) => new(id, vm, PartitionState.Running, 2, null, null, null);
        var agent = new AgentView("live", null, null, null, null, null, null, null, null, null, [], new Dictionary<string, long>(), null);
        parts.Add(await PartWriter.WriteAsync(zip, BundleFormat.Inventory, new BundleInventory([Vm(Web, "web-01"), Vm(Batch, "batch-02")], [Web], agent), Cancellation));
        parts.Add(await PartWriter.WriteAsync(zip, BundleFormat.Rules, new EngineOptions(), Cancellation));
        parts.Add(await PartWriter.WriteAsync(zip, BundleFormat.Episodes, new List<BundleEpisode> { recorded }, Cancellation));
        await PartWriter.WriteAsync(
            zip, BundleFormat.Manifest,
            new BundleManifest(
                BundleFormat.Version, "0.1", From + 30, new SourceLabel("simulated", "simulated", null), new VmRef(Web, "web-01"), From, From + 20, From, WithUsers: false, WithOthers: false, parts),
            Cancellation);
    }

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex Escaped();

    [GeneratedRegex("process-[0-9a-f]{8}")]
    private static partial Regex Hash();
}
