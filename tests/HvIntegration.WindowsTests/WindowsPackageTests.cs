using System.Diagnostics;
using HvIntegration.Protocol.Handshake;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The MSI packages, built here, installed, upgraded and removed under Wine.</summary>
public sealed class WindowsPackageTests(WinePrefix wine)
{
    private const string Services = @"HKLM\System\CurrentControlSet\Services";
    private const string Sources = Services + @"\EventLog\Application";
    private const string Registration = @"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\GuestCommunicationServices";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    [Fact]
    public async Task AgentMsi_InstalledUpgradedAndRemoved_LeavesNothing()
    {
        // Arrange
        string program = await WindowsPrograms.AgentAsync();
        string first = await BuildAsync("agent", program, "1.2.3");
        string second = await BuildAsync("agent", program, "1.3.0");
        string installed = Path.Join(wine.DriveC, "Program Files", "HvIntegration", "hvi-agent.exe");
        // Act
        string installation = await InstallerAsync("/i", first, new Dictionary<string, string> { ["WINEDEBUG"] = "-all,trace+msi" });
        bool wasThere = File.Exists(installed);
        string service = await ServiceRunsAsync("hvi-agent");
        string source = await RegAsync($@"{Sources}\hvi-agent");
        await InstallerAsync("/i", second);
        bool isThereStill = File.Exists(installed);
        string upgraded = await ServiceRunsAsync("hvi-agent");
        string[] products = await ProductsAsync("HvIntegration Guest Agent");
        // One who looks while it is removed: his console must not keep the files.
        using Process console = wine.Start(Path.Join(wine.Scratch, "console.log"), installed, ["run", "--broker", "tcp://127.0.0.1:9"]);
        await InstallerAsync("/x", second);
        await console.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        // Assert
        // Wine's service manager keeps no recovery actions: what is seen is that the installer ran the commands that set them.
        Assert.Contains(@"sc.exe"" arg L""failure \""hvi-agent\"" reset= 86400 actions= restart/1000/restart/1000/restart/1000""", installation, StringComparison.Ordinal);
        Assert.Contains(@"sc.exe"" arg L""failureflag \""hvi-agent\"" 1""", installation, StringComparison.Ordinal);
        Assert.True(wasThere, "no hvi-agent.exe after the installation");
        Assert.True(isThereStill, "no hvi-agent.exe after the upgrade");
        Assert.Contains("LocalService", service, StringComparison.Ordinal);
        Assert.Contains("hvi-agent.exe", upgraded, StringComparison.Ordinal);
        Assert.Contains("System.Diagnostics.EventLog.Messages.dll", source, StringComparison.Ordinal);
        Assert.Equal(["1.3.0"], products);
        await AssertGoneAsync($@"{Services}\hvi-agent", $@"{Sources}\hvi-agent");
        AssertNoFolder(installed);
    }

    [Fact]
    public async Task BrokerMsi_InstalledAndRemoved_RegistersWhatVmsDialAndLeavesNothing()
    {
        // Arrange
        string msi = await BuildAsync("broker", await WindowsPrograms.BrokerAsync(), "1.2.3");
        string installed = Path.Join(wine.DriveC, "Program Files", "HvIntegration", "Broker", "hvi.exe");
        string registration = $@"{Registration}\{ProtocolLimits.HvSocketServiceId:D}";
        // Act
        await InstallerAsync("/i", msi);
        string help = (await wine.RunAsync(installed, ["--help"], Patience)).Succeeded();
        string service = await RegAsync($@"{Services}\HvIntegration Broker");
        string registered = await RegAsync(registration);
        string source = await RegAsync($@"{Sources}\hvi");
        string path = await RegAsync(@"HKLM\System\CurrentControlSet\Control\Session Manager\Environment");
        await InstallerAsync("/x", msi);
        string pathAfter = await RegAsync(@"HKLM\System\CurrentControlSet\Control\Session Manager\Environment");
        // Assert
        Assert.Contains("diagnose", help, StringComparison.Ordinal);
        Assert.Contains("broker --listen hvsock://children", service, StringComparison.Ordinal);
        Assert.Contains("HvIntegration Broker", registered, StringComparison.Ordinal);
        Assert.Contains("System.Diagnostics.EventLog.Messages.dll", source, StringComparison.Ordinal);
        Assert.Contains(@"HvIntegration\Broker", path, StringComparison.Ordinal);
        Assert.DoesNotContain(@"HvIntegration\Broker", pathAfter, StringComparison.Ordinal);
        await AssertGoneAsync($@"{Services}\HvIntegration Broker", $@"{Sources}\hvi", registration);
        AssertNoFolder(installed);
    }

    private Task<string> BuildAsync(string product, string program, string version) =>
        PackageBuild.RunAsync(product, "msi", program, Path.Join(wine.Scratch, "packages"), version);

    // Tells what Wine traced, when the environment asks for it.
    private async Task<string> InstallerAsync(string verb, string msi, IReadOnlyDictionary<string, string>? environment = null)
    {
        var result = await wine.RunAsync("msiexec", [verb, WinePrefix.ToWindows(msi), "/qn"], Patience, environment);
        Assert.True(result.Status == 0, $"msiexec {verb} ended with {result.Status}");
        return result.Errors;
    }

    private async Task<string> RegAsync(string key) => (await wine.RunAsync("reg", ["query", key], Patience)).Output;

    // A service that still starts cannot be stopped, so neither upgrade nor removal may come before.
    private async Task<string> ServiceRunsAsync(string name)
    {
        await Eventually.GetAsync(
            async () => (await wine.RunAsync("sc", ["query", name], Patience)).Output.Contains("RUNNING", StringComparison.Ordinal) ? "runs" : null,
            Patience, $"the service {name} runs", async () => await RegAsync($@"{Services}\{name}"));
        return await RegAsync($@"{Services}\{name}");
    }

    private async Task<string[]> ProductsAsync(string name)
    {
        string all = (await wine.RunAsync("reg", ["query", @"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall", "/s"], Patience)).Output;
        return
        [
            .. all.ReplaceLineEndings("\n").Split("\n\n").Where(block => block.Contains(name, StringComparison.Ordinal))
                .Select(block => block.Split('\n').Single(line => line.Contains("DisplayVersion", StringComparison.Ordinal)).Trim().Split(' ')[^1]),
        ];
    }

    private static void AssertNoFolder(string installed)
    {
        string folder = Path.GetDirectoryName(installed)!;
        Assert.Empty(Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : []);
    }

    private async Task AssertGoneAsync(params string[] keys)
    {
        foreach (string key in keys)
        {
            Assert.NotEqual(0, (await wine.RunAsync("reg", ["query", key], Patience)).Status);
        }
    }
}
