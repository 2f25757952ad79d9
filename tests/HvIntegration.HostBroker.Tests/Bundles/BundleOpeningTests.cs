using HvIntegration.Broker.Live;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Tests.Api;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Commands;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HvIntegration.Engine.Options;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.Bundles;

/// <summary>A bundle of one broker opened elsewhere: the same verdict and series; and what is said of bundles that are damaged or made to harm.</summary>
public sealed class BundleOpeningTests(SimulatedBroker broker) : IClassFixture<SimulatedBroker>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-opening-").FullName;

    private string File => Path.Combine(_folder, "incident.hvi");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_BundleOfAnIncident_ShowsTheSameSeriesAndTheSameVerdict()
    {
        var episode = await broker.HasEpisodeAsync();
        await Ingest.TestBroker.EventuallyAsync(
            async () => (await broker.GetAsync<VerdictsAnswer>($"api/v1/vms/{episode.Vm}/verdicts")).Verdicts.Any(v => v.Hypothesis == episode.Hypothesis && v.ToSecond >= episode.OnsetSecond + 8),
            "the episode is kept");
        long from = episode.OnsetSecond - 5;
        long to = episode.OnsetSecond + 8;
        await BundleAsync(episode.Vm, from, to, "--with-others");
        string series = $"api/v1/vms/{episode.Vm}/series?signals=cpu.guest.busy,cpu.host.run,cpu.host.ready&metrics=system.cpu.time&from={from}&to={to - 1}";
        var there = await broker.GetAsync<SeriesAnswer>(series);

        await using var opened = await OpenedBundle.StartAsync(File, "http://127.0.0.1:0", new EngineOptions(), null, Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(opened.Url) };
        var here = await GetAsync<SeriesAnswer>(http, series);
        var both = await GetAsync<RediagnosisAnswer>(http, $"api/v1/vms/{episode.Vm}/rediagnosis");

        Assert.NotEmpty(there.Series.SelectMany(s => s.Series).SelectMany(s => s.Points));
        AssertSame(Points(there), Points(here));
        Assert.Equal(there.Verdicts, here.Verdicts);
        Assert.Contains(here.Episodes, e => e.Id == episode.Id && e.Hypothesis == episode.Hypothesis);
        Assert.Equal(episode.Hypothesis, both.Recorded.Hypothesis);
        Assert.True(both.Same, $"recorded {both.Recorded}, again {both.Again}");
        Assert.Equal(both.Recorded.Probability, both.Again.Probability, 0.1);
        Assert.Empty(both.RuleDifferences);
        Assert.Equal("replayed", here.Source.Origin);
        Assert.Contains("REPLAYED: recorded bundle", here.Source.Label, StringComparison.Ordinal);
        Assert.Contains("SIMULATED", here.Source.Label, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Bundle_ServesPagesReadOnlyAndLeavesNothingBehind()
    {
        var vm = await WebBundleAsync();
        string temporary;
        await using (var opened = await OpenedBundle.StartAsync(File, "http://127.0.0.1:0", new EngineOptions(), null, Cancellation))
        {
            using var http = new HttpClient { BaseAddress = new Uri(opened.Url) };
            foreach (string page in (string[])["/", $"/vm/{vm}", "/host", "/episodes", "/health"])
            {
                Assert.Contains("REPLAYED: recorded bundle", await http.GetStringAsync(new Uri(page, UriKind.Relative), Cancellation), StringComparison.Ordinal);
            }

            Assert.Contains("as recorded by hvi", await http.GetStringAsync(new Uri($"/vm/{vm}", UriKind.Relative), Cancellation), StringComparison.Ordinal);
            Assert.DoesNotContain("Incident bundle", await http.GetStringAsync(new Uri($"/vm/{vm}", UriKind.Relative), Cancellation), StringComparison.Ordinal);
            var fleet = await GetAsync<VmsAnswer>(http, "api/v1/vms");
            Assert.Equal("recorded", Assert.Single(fleet.Vms, v => v.Id == vm).Agent);
            Assert.All(fleet.Vms.Where(v => v.Id != vm), v => Assert.Equal(("no-agent", "Not diagnosed"), (v.Agent, v.Verdict?.Title)));
            using var refused = await http.PostAsJsonAsync(new Uri($"/api/v1/episodes/1-{vm:N}/acknowledgement", UriKind.Relative), new { note = "seen" }, Cancellation);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
            Assert.Contains("recorded bundle", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            temporary = Path.GetDirectoryName((await GetAsync<StatusAnswer>(http, "api/v1/status")).History.Folder)!;
            Assert.True(Directory.Exists(temporary));
        }

        Assert.False(Directory.Exists(temporary));
        Assert.Equal([File], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task VmPage_OfABroker_LinksToTheBundleOfWhatItShows()
    {
        await WebBundleAsync();
        string page = await broker.Http.GetStringAsync(new Uri("/vm/web-01", UriKind.Relative), Cancellation);
        var link = System.Text.RegularExpressions.Regex.Match(page, "href=\"(/api/v1/vms/[^\"]+/bundle[^\"]+)\"");

        Assert.True(link.Success, page);
        using var answer = await broker.Http.GetAsync(new Uri(WebUtility.HtmlDecode(link.Groups[1].Value), UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.EndsWith(BundleFormat.Extension, answer.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OtherRules_TellsWhichDiffer()
    {
        var vm = await WebBundleAsync();
        var rules = new EngineOptions();
        rules.Diagnosis.ProbabilityMin = 0.9;

        await using var opened = await OpenedBundle.StartAsync(File, "http://127.0.0.1:0", rules, null, Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(opened.Url) };
        var both = await GetAsync<RediagnosisAnswer>(http, $"api/v1/vms/{vm}/rediagnosis");

        Assert.Equal("Engine:diagnosis:probabilityMin was 0.8, is 0.9", Assert.Single(both.RuleDifferences));
    }

    [Fact]
    public async Task Open_DamagedOrHostileBundle_NamesFilePartAndRemedy()
    {
        await WebBundleAsync();
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, Cancellation);
        await SaysAsync(whole[..(whole.Length / 2)], "not a complete bundle");
        await SaysAsync([], "not a complete bundle");
        await SaysAsync(await ChangedAsync(whole, (name, text) => name == BundleFormat.Seconds ? text.Replace("\"second\":", "\"secnod\":", StringComparison.Ordinal) : text), BundleFormat.Seconds, "checksum");
        await SaysAsync(await ChangedAsync(whole, (name, text) => name == BundleFormat.Manifest ? text.Replace("\"format\":1", "\"format\":7", StringComparison.Ordinal) : text), BundleFormat.Manifest, "format 7", "or a newer one");
        await SaysAsync(await ChangedAsync(whole, (_, text) => text, ("../../evil.sh", "#!/bin/sh")), "../../evil.sh", "not a part of a bundle");
        await SaysAsync(await ChangedAsync(whole, (name, text) => name == BundleFormat.Inventory ? text + new string(' ', 32 << 20) : text), BundleFormat.Inventory, "unpacks to more");
        await SaysAsync(
            await ChangedAsync(whole, (name, text) => name == BundleFormat.Seconds ? text.Replace("\"values\":[", "\"values\":[1,", StringComparison.Ordinal) : text, sign: true),
            BundleFormat.Seconds, "line", "malformed");
        await SaysAsync(
            await ChangedAsync(whole, (name, text) => name == BundleFormat.Seconds ? text.Replace("\"series\":[{", "\"series\":[null,{", StringComparison.Ordinal) : text, sign: true),
            BundleFormat.Seconds, "line", "null");
        Assert.Equal([File], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Open_CancelledWhileItReads_SaysSoAndShowsNothing()
    {
        await WebBundleAsync();
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var output = new StringWriter();
        using var errors = new ImpatientReader(cancelled);

        int status = await HviCommand.RunAsync(["open", File], output, errors, cancelled.Token);

        Assert.Equal(ExitStatus.Cancelled, status);
        Assert.Contains("reading", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Canceled. '{File}' is not shown", errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task Open_MutatedBytes_IsRefusedInOneSentenceOrShownAndNothingIsLeft()
    {
        await WebBundleAsync();
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, Cancellation);
        var texts = await TextsAsync(whole);
        var random = new Random(20260304);
        for (int round = 0; round < 400; round++)
        {
            byte[] bytes;
            if (round % 2 == 0)
            {
                bytes = [.. whole];
                for (int i = random.Next(1, 20); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }
            else
            {
                // Signed anew, so that what is changed gets past the checksum.
                string part = BundleFormat.Parts.Keys.Append(BundleFormat.Manifest).ElementAt(random.Next(BundleFormat.Parts.Count + 1));
                char[] text = texts[part].ToCharArray();
                for (int i = random.Next(1, 6); i > 0; i--)
                {
                    text[random.Next(text.Length)] = "0123456789-,:{}[]\"eEnul\n"[random.Next(24)];
                }

                bytes = await ZipAsync(texts.Select(t => (t.Key, t.Key == part ? new string(text) : t.Value)), sign: part != BundleFormat.Manifest);
            }

            await System.IO.File.WriteAllBytesAsync(File, bytes, Cancellation);
            try
            {
                await using var reader = await BundleReader.OpenAsync(File, Cancellation);
                await foreach (var _ in reader.SecondsAsync(null, Cancellation))
                {
                }
            }
            catch (BundleException e)
            {
                Assert.Contains(File, e.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal([File], Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static List<(string Name, string Instance, long Second, double? Value)> Points(SeriesAnswer answer) =>
        [.. answer.Series.SelectMany(n => n.Series.SelectMany(s => s.Points.Select(p => (n.Name, s.Instance, p.Second, p.Value))))];

    // The broker has learned of the guest's clock since the bundle was written: its seconds may have moved by some microseconds.
    private static void AssertSame(List<(string Name, string Instance, long Second, double? Value)> there, List<(string Name, string Instance, long Second, double? Value)> here)
    {
        Assert.Equal(there.Select(p => (p.Name, p.Instance, p.Second)), here.Select(p => (p.Name, p.Instance, p.Second)));
        Assert.All(there.Zip(here), p => Assert.Equal(p.First.Value ?? double.NaN, p.Second.Value ?? double.NaN, 0.002));
    }

    private static async Task<T> GetAsync<T>(HttpClient http, string path) =>
        await http.GetFromJsonAsync<T>(new Uri(path, UriKind.Relative), JsonSerializerOptions.Web, Cancellation) ?? throw new InvalidOperationException(path);

    private async Task<Guid> WebBundleAsync()
    {
        var vm = broker.Service<Inventory>().Partitions.Single(p => p.Name == "web-01").Id;
        var state = broker.Service<BrokerState>();

        // A few seconds must lie between the ends: what only begins or ends in a bundle is not judged again.
        await Ingest.TestBroker.EventuallyAsync(() => Task.FromResult(state.View.Second >= broker.FirstSecond + 8), "some seconds are closed");
        long second = state.View.Second;
        await Ingest.TestBroker.EventuallyAsync(
            async () => await broker.Service<IHistoryReader>().QuerySecondAsync(vm, second, Cancellation) is { HasGuest: true, HasHost: true } kept && kept.Second == second, "the second is kept");
        await BundleAsync(vm, second - 20, second + 1);
        return vm;
    }

    private async Task BundleAsync(Guid vm, long from, long to, params string[] more)
    {
        var run = await ConsoleRun.RunAsync(["bundle", "--vm", $"{vm}", "--from", $"{from}", "--to", $"{to}", "-o", File, "--broker", broker.Url, .. more]);
        Assert.True(run.Status == ExitStatus.Ok, run.Errors);
    }

    private async Task SaysAsync(byte[] bundle, params string[] words)
    {
        await System.IO.File.WriteAllBytesAsync(File, bundle, Cancellation);
        var run = await ConsoleRun.RunAsync("open", File);
        Assert.Equal(ExitStatus.Usage, run.Status);
        Assert.All(words.Append(File), word => Assert.Contains(word, run.Errors, StringComparison.Ordinal));
        Assert.Empty(run.Output);
    }

    private static async Task<byte[]> ChangedAsync(byte[] bundle, Func<string, string, string> change, (string Name, string Text)? more = null, bool sign = false)
    {
        var texts = (await TextsAsync(bundle)).Select(t => (t.Key, change(t.Key, t.Value)));
        return await ZipAsync(more is { } m ? texts.Append((m.Name, m.Text)) : texts, sign);
    }

    private static async Task<Dictionary<string, string>> TextsAsync(byte[] bundle)
    {
        using var stream = new MemoryStream(bundle);
        await using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            using var text = new StreamReader(await entry.OpenAsync(Cancellation));
            texts[entry.FullName] = await text.ReadToEndAsync(Cancellation);
        }

        return texts;
    }

    /// <summary>Packs parts; with a signature the manifest gets their lengths and sums.</summary>
    private static async Task<byte[]> ZipAsync(IEnumerable<(string Name, string Text)> parts, bool sign)
    {
        var all = parts.ToList();
        if (sign)
        {
            int at = all.FindIndex(p => p.Name == BundleFormat.Manifest);
            var manifest = JsonSerializer.Deserialize<BundleManifest>(all[at].Text, BundleFormat.Json)!;
            var sums = all.Where(p => p.Name != BundleFormat.Manifest).Select(p => (p.Name, Bytes: Encoding.UTF8.GetBytes(p.Text)))
                .Select(p => new BundlePart(p.Name, p.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(p.Bytes))));
            all[at] = (BundleFormat.Manifest, JsonSerializer.Serialize(manifest with { Parts = [.. sums] }, BundleFormat.Json));
        }

        using var stream = new MemoryStream();
        await using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in all)
            {
                await using var part = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(Cancellation);
                await part.WriteAsync(Encoding.UTF8.GetBytes(text), Cancellation);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Whoever watches the progress and presses Ctrl+C at its first word.</summary>
    private sealed class ImpatientReader(CancellationTokenSource cancel) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            cancel.Cancel();
        }
    }
}
