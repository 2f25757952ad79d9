using HvIntegration.Protocol.Handshake;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>Commands of hvi.exe on a host.</summary>
public sealed class HostCommandTests(WinePrefix wine, PdhReplay replay) : IClassFixture<PdhReplay>
{
    private const string Key = @"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\GuestCommunicationServices";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly PdhReplay _replay = replay;

    [Fact]
    public async Task Install_ThenUninstall_MakesAndRemovesTheRegistration()
    {
        // Act
        string installed = (await HviAsync("install", "--register-only")).Succeeded();
        var key = await RegAsync();
        string again = (await HviAsync("install", "--register-only")).Succeeded();
        string removed = (await HviAsync("uninstall")).Succeeded();
        var gone = await RegAsync();
        // Assert
        Assert.Contains($"service {ProtocolLimits.HvSocketServiceId:D} is registered", installed, StringComparison.Ordinal);
        Assert.Contains("is registered", again, StringComparison.Ordinal);
        Assert.Contains("HvIntegration Broker", key.Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("SecurityDescriptor", key.Output, StringComparison.Ordinal);
        Assert.Contains("were removed; the history was kept", removed, StringComparison.Ordinal);
        Assert.NotEqual(0, gone.Status);
    }

    [Fact]
    public async Task Install_WithService_MakesItForEveryStartOfTheMachine_AndUninstallRemovesIt()
    {
        // Act
        string installed = (await HviAsync("install", "--no-start")).Succeeded();
        string service = (await ServiceAsync()).Succeeded();
        var registered = await RegAsync();
        string removed = (await HviAsync("uninstall")).Succeeded();
        var serviceGone = await ServiceAsync();
        var gone = await RegAsync();
        // Assert
        Assert.Contains("Windows service 'HvIntegration Broker' was created", installed, StringComparison.Ordinal);
        Assert.Matches(@"ImagePath\s+REG_\w+\s+"".*hvi\.exe"" broker --listen hvsock://children", service);
        Assert.Matches(@"Start\s+REG_DWORD\s+0x2\s", service);
        Assert.Matches(@"ObjectName\s+REG_\w+\s+LocalSystem", service);
        Assert.Matches(@"DisplayName\s+REG_\w+\s+HvIntegration Broker", service);
        Assert.Equal(0, registered.Status);
        Assert.Contains("were removed; the history was kept", removed, StringComparison.Ordinal);
        Assert.NotEqual(0, serviceGone.Status);
        Assert.NotEqual(0, gone.Status);
    }

    [Fact]
    public async Task Check_HostWithoutInventoryAndBroker_SaysWhatWorksAndWhatDoesNotAndWritesTheReport()
    {
        // Arrange
        Assert.NotNull(_replay);
        string recording = new HostRecording().HostRows().Vm("alpha", 1).Write(Path.Join(wine.Scratch, "check.csv"), 6);
        string report = Path.Join(wine.Scratch, "report.txt");
        // Act
        var check = await wine.RunAsync(
            await WindowsPrograms.BrokerAsync(), ["check", "--broker", "http://127.0.0.1:1", "--report", WinePrefix.ToWindows(report)], Patience, PdhReplay.Serve(recording));
        // Assert
        Assert.NotEqual(0, check.Status);
        Assert.Contains("ok    rights", check.Output, StringComparison.Ordinal);
        Assert.Contains("FAIL  inventory", check.Output, StringComparison.Ordinal);
        Assert.Contains("run hvi install", string.Join(' ', check.Output.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains("FAIL  broker", check.Output, StringComparison.Ordinal);
        string text = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("Hyper-V Hypervisor Virtual Processor\t% Total Run Time\t2\t-", text, StringComparison.Ordinal);
        Assert.Contains("\n1. Does the agent connect", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Matches("hvi [0-9.]+ on Microsoft Windows.*, build [0-9]+", text);
        Assert.DoesNotContain("alpha", text, StringComparison.Ordinal);
        Assert.Contains("Hyper-V Replica VM\tAverage Replication Latency\t0\tthis system has no such counter set", text, StringComparison.Ordinal);
    }

    private async Task<ShellResult> HviAsync(params string[] arguments) => await wine.RunAsync(await WindowsPrograms.BrokerAsync(), arguments, Patience);

    private Task<ShellResult> ServiceAsync() => wine.RunAsync("reg", ["query", @"HKLM\System\CurrentControlSet\Services\HvIntegration Broker"], Patience);

    private Task<ShellResult> RegAsync() => wine.RunAsync("reg", ["query", $@"{Key}\{ProtocolLimits.HvSocketServiceId:D}"], Patience);
}
