using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.Bundles;

/// <summary>Small bundles that unpack to as much as their bounds allow, opened by the real program: refused or read within a bound of memory.</summary>
public sealed class BundleMemoryTests : IDisposable
{
    private const long From = 1_700_000_000;
    private const int Seconds = 60;
    private static readonly Guid Vm = new("11111111-0000-4000-8000-000000000001");
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-fat-").FullName;

    [Fact]
    public async Task Open_ThreeHundredThousandValuesInASecond_IsRefusedInOneSentence()
    {
        string file = await WriteAsync(second => Line(second, Values(300_000)));
        Assert.True(new FileInfo(file).Length < 200_000);

        var run = await HviProcess.RunAsync(null, Max, "open", file);

        Assert.True(run.Status == 2, run.Text);
        Assert.Contains("has more than 250000 values", run.Text, StringComparison.Ordinal);
        Assert.InRange(run.PeakMiB, 30, 300);
    }

    [Fact]
    public async Task Open_AsManyValuesAsASecondMayHave_IsReadWithinTheBound()
    {
        string file = await WriteAsync(second => Line(second, Values(240_000)), seconds: 15);

        var run = await HviProcess.RunAsync("Ctrl+C stops it", Max, "open", file);

        Assert.True(run.Status is null && run.Text.Contains("Ctrl+C stops it", StringComparison.Ordinal), run.Text);
        Assert.InRange(run.PeakMiB, 30, 700);
    }

    [Fact]
    public async Task Open_LongSentences_AreReadWithinTheBound()
    {
        string sentence = new('s', BundleFormat.TextMax - 1);
        string said = string.Join(',', Enumerable.Repeat(
            $$$"""{"vm":"{{{Vm}}}","said":{"second":@,"hypothesis":"none","side":0,"probability":1,"title":"{{{sentence}}}","sentence":"{{{sentence}}}","whatHelps":"{{{sentence}}}","severity":null,"episodeOnset":null,"hasGuest":true,"hasHost":true,"signals":[]}}""", 60));
        string file = await WriteAsync(second => $"{{\"second\":{second},\"verdicts\":[{said.Replace("@", $"{second}", StringComparison.Ordinal)}]}}");

        var run = await HviProcess.RunAsync("Ctrl+C stops it", Max, "open", file);

        Assert.True(run.Status is null or 2, run.Text);
        Assert.InRange(run.PeakMiB, 30, 700);
    }

    [Fact]
    public async Task Open_NamesOfSeriesWithoutEnd_IsRefusedInOneSentence()
    {
        string name = new('n', BundleFormat.TextMax);
        string series = string.Join(',', Enumerable.Repeat($$"""{"metric":"x","instance":"{{name}}"}""", 1_000));
        string file = await WriteAsync(second => $"{{\"second\":{second}{(second < From + 4 ? $",\"series\":[{series}]" : "")}}}");

        var run = await HviProcess.RunAsync(null, Max, "open", file);

        Assert.True(run.Status == 2, run.Text);
        Assert.Contains("characters together", run.Text, StringComparison.Ordinal);
        Assert.InRange(run.PeakMiB, 30, 300);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Values(int count) => string.Join(',', Enumerable.Repeat("0", count));

    private static string Line(long second, string values)
    {
        string series = second == From ? $$""" "series":[{"metric":"{{HostMetrics.VpRunTime.Name}}","instance":"0","native":"x"}], """ : "";
        return $$"""{"second":{{second}},{{series}}"host":[{"vm":"{{Vm}}","form":0,"startNs":{{second}}000000000,"endNs":{{second}}000000000,"series":[{{values}}],"values":[{{values}}]}]}""";
    }

    private async Task<string> WriteAsync(Func<long, string> line, int seconds = Seconds)
    {
        var parts = new List<(string Name, byte[] Bytes)>
        {
            (BundleFormat.Inventory, JsonSerializer.SerializeToUtf8Bytes(new BundleInventory([new PartitionInfo(Vm, "web-01", PartitionState.Running, 1, null, null, null)], [Vm], new AgentView("connected", null, null, "0.1.0", null, null, null, null, null, null, [], new Dictionary<string, long>(), null)), BundleFormat.Json)),
            (BundleFormat.Rules, "{}"u8.ToArray()),
            (BundleFormat.Episodes, "[]"u8.ToArray()),
            (BundleFormat.Seconds, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, seconds).Select(i => line(From + i) + "\n")))),
        };
        var manifest = new BundleManifest(
            BundleFormat.Version, "0.1.0", From, new SourceLabel("qemu", "live", null), new VmRef(Vm, "web-01"), From, From + Seconds, From, false, false,
            [.. parts.Select(p => new BundlePart(p.Name, p.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(p.Bytes))))]);
        parts.Insert(0, (BundleFormat.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, BundleFormat.Json)));
        string file = Path.Combine(_folder, "fat.hvi");
        await using var stream = File.Create(file);
        await using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var (name, bytes) in parts)
        {
            await using var part = await zip.CreateEntry(name, CompressionLevel.SmallestSize).OpenAsync(TestContext.Current.CancellationToken);
            await part.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }

        return file;
    }
}
