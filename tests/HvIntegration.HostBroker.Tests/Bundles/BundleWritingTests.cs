using HvIntegration.Broker.Live;
using HvIntegration.HostBroker.Tests.Api;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Broker.Bundles;
using HvIntegration.Cli.Client;
using System.IO.Compression;
using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.Bundles;

/// <summary>What is in a bundle, what is left out of it, and what is said when there can be none.</summary>
public sealed class BundleWritingTests(SimulatedBroker broker) : IClassFixture<SimulatedBroker>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-bundle-").FullName;

    private string File => Path.Combine(_folder, "incident.hvi");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bundle_OfARunningBroker_HasBothSidesAndTheVerdictsOfTheVm()
    {
        var (status, text, errors) = await BundleAsync("--vm", broker.VmName.ToUpperInvariant());

        Assert.True(status == ExitStatus.Ok, errors);
        Assert.Contains(broker.VmName, text, StringComparison.Ordinal);
        Assert.Equal([File], Directory.GetFiles(_folder));
        await using var bundle = await BundleReader.OpenAsync(File, Cancellation);
        Assert.Equal("simulated", bundle.Manifest.Source.Origin);
        Assert.Equal(broker.VmName, bundle.Manifest.Vm.Name);
        Assert.Contains("probabilityMin", bundle.Rules.ToString(), StringComparison.Ordinal);
        var seconds = await SecondsAsync(bundle);
        var vm = bundle.Manifest.Vm.Id;
        Assert.All(seconds.SelectMany(s => s.Batches), b => Assert.Equal(vm, b.Partition));
        Assert.All(seconds.SelectMany(s => s.Said), s => Assert.Equal(vm, s.Partition));
        Assert.Contains(seconds, s => s.Batches.Any(b => b.Samples.Count > 0 && b.Processes.Count > 0));
        Assert.NotEmpty(seconds.SelectMany(s => s.Exchanges));
        Assert.Contains(seconds.SelectMany(s => s.HostSamples), s => s.Partition == vm);
        Assert.Contains(seconds.SelectMany(s => s.HostSamples), s => s.Partition == Guid.Empty);
        Assert.Contains(seconds, s => s.Said.Any(v => v.Second.Signals.Any(g => g.Id.Length > 0 && double.IsFinite(g.Value))));
    }

    [Fact]
    public async Task Bundle_WhileItComes_TellsWhichShareOfItsSecondsIsThere()
    {
        var (status, _, errors) = await BundleAsync("--vm", broker.VmName);
        Assert.True(status == ExitStatus.Ok, errors);
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, Cancellation);
        long first, last;
        await using (var bundle = await BundleReader.OpenAsync(File, Cancellation))
        {
            var seconds = await SecondsAsync(bundle);
            (first, last) = (seconds[0].Second, seconds[^1].Second);
        }

        // Byte by byte at first: a network may cut anywhere.
        var progress = new BundleProgress(first, last + 1);
        for (int at = 0, length; at < whole.Length; at += length)
        {
            length = Math.Min(at < 200 ? 1 : 5_000, whole.Length - at);
            await progress.TakeAsync(whole.AsMemory(at, length), Cancellation);
        }

        await progress.DisposeAsync();
        Assert.Equal(1, progress.Share);

        var part = new BundleProgress(first, first + ((last + 1 - first) * 4));
        await part.TakeAsync(whole, Cancellation);
        await part.DisposeAsync();
        Assert.Equal(0.25, part.Share, 0.001);

        var none = new BundleProgress(first, last + 1);
        await none.TakeAsync("this is no bundle, it only comes as one would"u8.ToArray(), Cancellation);
        await none.DisposeAsync();
        Assert.Equal(0, none.Share);
        Assert.Contains("received 100 %", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundle_NotAskedFor_NamesNeitherUsersNorWhatRunsElsewhere()
    {
        var (status, _, errors) = await BundleAsync("--vm", "web-01");
        Assert.True(status == ExitStatus.Ok, errors);
        var bare = await RawAsync();
        var bareIds = await UserIdsAsync();

        (status, _, errors) = await BundleAsync("--vm", "web-01", "--with-users", "--with-others");
        Assert.True(status == ExitStatus.Ok, errors);
        var whole = await RawAsync();

        Assert.DoesNotContain("(mainly ", bare, StringComparison.Ordinal);
        string[] elsewhere = [.. (await SecondsOfFileAsync()).SelectMany(s => s.Batches).SelectMany(b => b.Processes.Select(p => (p.Name, b.Partition)))
            .Distinct().GroupBy(p => p.Name).Where(g => g.All(p => p.Partition != WebId)).Select(g => g.Key)];
        Assert.NotEmpty(elsewhere);
        Assert.All(elsewhere, name =>
        {
            Assert.Contains($"\"name\":\"{name}\"", whole, StringComparison.Ordinal);
            Assert.DoesNotContain($"\"name\":\"{name}\"", bare, StringComparison.Ordinal);
        });
        Assert.Empty(bareIds.Intersect(await UserIdsAsync()));
    }

    [Fact]
    public void Second_OfWhichHistoryHasWordsOnly_LosesThemAndSaysItsCause()
    {
        var privacy = new BundlePrivacy(withUsers: false, withOthers: false);
        const string Sentence = "web-01: host CPU contention (host side) since 10:02:03 UTC. Its processors waited. sql used 43 % of the logical processors.";

        var second = privacy.Of(new RecordedSecond(1_700_000_000, true, true, [], "host-cpu-contention", Side.Host, 0.9, "Host CPU contention", Sentence, "", 1_700_000_000, null), "web-01");

        Assert.Equal("web-01: Host CPU contention (host side) since 22:13:20 UTC.", second.Sentence);
    }

    [Fact]
    public async Task Bundle_NothingThatCanBeGiven_SaysSoAndLeavesWhatIsThere()
    {
        await System.IO.File.WriteAllTextAsync(File, "older", Cancellation);

        var (none, _, noneText) = await BundleAsync("--vm", "nobody");
        var (old, _, oldText) = await BundleAsync("--vm", "web-01", "--from", "1000", "--to", "2000");
        var (wide, _, wideText) = await BundleAsync("--vm", "web-01", "--from", "-2d");

        Assert.Equal((ExitStatus.NotFound, ExitStatus.NotFound, ExitStatus.Usage), (none, old, wide));
        Assert.Contains("nobody", noneText, StringComparison.Ordinal);
        Assert.Contains("History:SecondHours", oldText, StringComparison.Ordinal);
        Assert.Contains("21600", wideText, StringComparison.Ordinal);
        Assert.Equal("older", await System.IO.File.ReadAllTextAsync(File, Cancellation));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Guid WebId => broker.Service<Inventory>().Partitions.Single(p => p.Name == "web-01").Id;

    private async Task<(int Status, string Text, string Errors)> BundleAsync(params string[] arguments)
    {
        var run = await ConsoleRun.RunAsync(["bundle", .. arguments, "-o", File, "--broker", broker.Url]);
        return (run.Status, run.Output, run.Errors);
    }

    private async Task<string> RawAsync()
    {
        await using var zip = await ZipFile.OpenReadAsync(File, Cancellation);
        var texts = new List<string>();
        foreach (var entry in zip.Entries)
        {
            using var text = new StreamReader(await entry.OpenAsync(Cancellation));
            texts.Add(await text.ReadToEndAsync(Cancellation));
        }

        return string.Concat(texts);
    }

    private async Task<HashSet<uint>> UserIdsAsync() =>
        [.. (await SecondsOfFileAsync()).SelectMany(s => s.Batches).Where(b => b.Partition == WebId).SelectMany(b => b.Processes.Select(p => p.UserId))];

    private async Task<List<BundleSecond>> SecondsOfFileAsync()
    {
        await using var bundle = await BundleReader.OpenAsync(File, Cancellation);
        return await SecondsAsync(bundle);
    }

    private static async Task<List<BundleSecond>> SecondsAsync(BundleReader bundle)
    {
        var seconds = new List<BundleSecond>();
        await foreach (var second in bundle.SecondsAsync(null, Cancellation))
        {
            seconds.Add(second);
        }

        return seconds;
    }
}
