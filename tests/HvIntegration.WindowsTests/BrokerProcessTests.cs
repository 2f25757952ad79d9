using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>hvi.exe as a broker process of a host whose counters are replayed, asked by the Linux console over its API.</summary>
public sealed class BrokerProcessTests(WinePrefix wine, PdhReplay replay) : IClassFixture<PdhReplay>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly PdhReplay _replay = replay;

    [Fact]
    public async Task Broker_OnReplayedCounters_ServesVmsDiagnosisAndMissingPartsToTheConsole()
    {
        // Arrange
        Assert.NotNull(_replay);
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Vm("beta", 2).Write(Path.Join(wine.Scratch, "broker.csv"), 40);
        string log = Path.Join(wine.Scratch, "broker.log");
        string url = $"http://127.0.0.1:{FreePort.Take()}";
        using var process = wine.Start(
            log, await WindowsPrograms.BrokerAsync(),
            ["broker", "--api", url, "--history", WinePrefix.ToWindows(Path.Join(wine.Scratch, "history")), "--listen", "hvsock://children"],
            PdhReplay.Serve(recording, loops: true));
        try
        {
            using var api = new BrokerApi(url);
            string Log() => File.Exists(log) ? File.ReadAllText(log) : "";
            // Act
            var vm = await Eventually.GetAsync(async () => await api.FindVmAsync("alpha") is { } found ? (object)found : null, Patience, "alpha in the list", () => Task.FromResult(Log()));
            var vms = await HviAsync("vms", "--broker", url);
            var diagnosis = await HviAsync("diagnose", "--broker", url);
            var check = await HviAsync("check", "--broker", url);
            // Assert
            Assert.NotNull(vm);
            Assert.Contains("beta", vms.Succeeded(), StringComparison.Ordinal);
            Assert.True(diagnosis.Status is 0 or 1, diagnosis.Output + diagnosis.Errors);
            Assert.Equal(1, check.Status);
            // What this host lacks is told, and nothing fell over for it.
            Assert.Contains("Hyper-V's inventory", check.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
            Assert.Contains("Hyper-V sockets", check.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
            Assert.False(process.HasExited, Log());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Broker_CallForCountersHangs_SaysSoInTimeAndGoesOnWhenItReturns()
    {
        // Arrange
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Write(Path.Join(wine.Scratch, "hang.csv"), 40);
        string log = Path.Join(wine.Scratch, "hang.log");
        string url = $"http://127.0.0.1:{FreePort.Take()}";
        using var process = wine.Start(
            log, await WindowsPrograms.BrokerAsync(),
            ["broker", "--api", url, "--history", WinePrefix.ToWindows(Path.Join(wine.Scratch, "hang-history")), "--set", "SourceTimeoutMs=1000", "--listen", "hvsock://children"],
            PdhReplay.Serve(recording, loops: true, hang: "4|9000"));
        try
        {
            using var api = new BrokerApi(url);
            string Log() => File.Exists(log) ? File.ReadAllText(log) : "";
            // Act
            await Eventually.GetAsync(() => Task.FromResult<object?>(Log().Contains("did not answer within 1000 ms", StringComparison.Ordinal) ? "said" : null), Patience, "the hang is reported", () => Task.FromResult(Log()));
            var vm = await Eventually.GetAsync(async () => await api.FindVmAsync("alpha") is { } found ? (object)found : null, Patience, "alpha in the list", () => Task.FromResult(Log()));
            // Assert
            Assert.NotNull(vm);
            Assert.False(process.HasExited, Log());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<ShellResult> HviAsync(params string[] arguments) => await Shell.RunAsync(await WindowsPrograms.NativeBrokerAsync(), arguments, Patience);
}
