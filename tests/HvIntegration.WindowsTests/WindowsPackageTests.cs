using System.Diagnostics;
using System.Globalization;
using HvIntegration.Protocol.Handshake;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The MSI packages, built here, installed, upgraded and removed under Wine.</summary>
public sealed class WindowsPackageTests(WinePrefix wine)
{
    private const string Services = @"HKLM\System\CurrentControlSet\Services";
    private const string Sources = Services + @"\EventLog\Application";
    private const string Registration = @"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\GuestCommunicationServices";
    private const string MachinePath = @"HKLM\System\CurrentControlSet\Control\Session Manager\Environment";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    // What the installer runs.
    private static readonly Dictionary<string, string> Traced = new() { ["WINEDEBUG"] = "-all,trace+msi" };

    [Fact]
    public async Task AgentMsi_InstalledUpgradedAndRemoved_LeavesNothing()
    {
        // Arrange
        string program = await WindowsPrograms.AgentAsync();
        string first = await BuildAsync("agent", program, "1.2.3");
        string second = await BuildAsync("agent", program, "1.3.0");
        string installed = Path.Join(wine.DriveC, "Program Files", "HvIntegration", "hvi-agent.exe");
        await AssertRecoveryAsync(first, "hvi-agent", "restart/1000/restart/1000/restart/1000");
        // Act
        string installation = await InstallerAsync("/i", first, Traced);
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
    public async Task BrokerMsi_InstalledUpgradedAndRemoved_KeepsHistoryAndSettingsAndLeavesNothingElse()
    {
        // Arrange
        string program = await WindowsPrograms.BrokerAsync();
        string first = await BuildAsync("broker", program, "1.2.3");
        string second = await BuildAsync("broker", program, "1.3.0");
        string installed = Path.Join(wine.DriveC, "Program Files", "HvIntegration", "Broker", "hvi.exe");
        string registration = $@"{Registration}\{ProtocolLimits.HvSocketServiceId:D}";
        string data = Path.Join(wine.DriveC, "ProgramData", "HvIntegration");
        string settings = Path.Join(data, "broker.json");
        using var api = new BrokerApi($"http://127.0.0.1:{FreePort.Take()}", Path.Join(data, "api-token"));
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(settings, $$"""{ "Api": { "Url": "{{api.Url}}" } }""", TestContext.Current.CancellationToken);
        await AssertRecoveryAsync(first, "HvIntegration Broker", "restart/1000/restart/10000/restart/60000");
        await AssertFolderIsProtectedFirstAsync(first);
        // Act
        string installation = await InstallerAsync("/i", first, Traced);
        PackageBuild.AssertSize("broker msi", Path.GetDirectoryName(installed)!);
        string help = (await wine.RunAsync(installed, ["--help"], Patience)).Succeeded();
        string service = await ServiceRunsAsync("HvIntegration Broker");
        await AnswersAsync(api);
        bool asksForToken = File.Exists(Path.Join(data, "api-token"));
        string registered = await RegAsync(registration);
        string source = await RegAsync($@"{Sources}\hvi");
        string path = await RegAsync(MachinePath);
        string[] history = HistoryFiles(data);
        await InstallerAsync("/i", second);
        string upgraded = await ServiceRunsAsync("HvIntegration Broker");
        await AnswersAsync(api);
        string registeredStill = await RegAsync(registration);
        string pathStill = await RegAsync(MachinePath);
        string[] products = await ProductsAsync("HvIntegration Host Broker");
        string[] historyStill = HistoryFiles(data);
        string settingsStill = await File.ReadAllTextAsync(settings, TestContext.Current.CancellationToken);
        await InstallerAsync("/x", second);
        string pathAfter = await RegAsync(MachinePath);
        // Assert
        Assert.Contains(@"sc.exe"" arg L""failure \""HvIntegration Broker\"" reset= 86400 actions= restart/1000/restart/10000/restart/60000""", installation, StringComparison.Ordinal);
        Assert.Contains(@"sc.exe"" arg L""failureflag \""HvIntegration Broker\"" 1""", installation, StringComparison.Ordinal);
        Assert.Contains("diagnose", help, StringComparison.Ordinal);
        Assert.True(asksForToken, "the package's broker made no token");
        foreach (string seen in (string[])[service, upgraded])
        {
            Assert.Contains("broker --listen hvsock://children", seen, StringComparison.Ordinal);
            Assert.Contains("LocalSystem", seen, StringComparison.Ordinal);
        }

        Assert.Contains("HvIntegration Broker", registered, StringComparison.Ordinal);
        Assert.Equal(registered, registeredStill);
        Assert.Contains("System.Diagnostics.EventLog.Messages.dll", source, StringComparison.Ordinal);
        // Once, before and after.
        Assert.Equal(2, path.Split(@"HvIntegration\Broker").Length);
        Assert.Equal(2, pathStill.Split(@"HvIntegration\Broker").Length);
        Assert.DoesNotContain(@"HvIntegration\Broker", pathAfter, StringComparison.Ordinal);
        Assert.Equal(["1.3.0"], products);
        Assert.NotEmpty(history);
        Assert.Empty(history.Except(historyStill));
        Assert.Contains(api.Url, settingsStill, StringComparison.Ordinal);
        await AssertGoneAsync($@"{Services}\HvIntegration Broker", $@"{Sources}\hvi", registration);
        AssertNoFolder(installed);
        Assert.Empty(history.Except(HistoryFiles(data)));
        Assert.True(File.Exists(settings), "the removal took the settings");
    }

    // Wine keeps no recovery actions, so what a Windows Installer will do is read from the package: the system's own sc.exe, with the
    // installer's rights (3186: program named by a property, deferred, not as the user, its result ignored), between making and starting the service.
    private static async Task AssertRecoveryAsync(string msi, string service, string actions)
    {
        var programs = await TableAsync(msi, "CustomAction");
        var sequence = await TableAsync(msi, "InstallExecuteSequence");
        Assert.Equal(["51", "SERVICECONTROLEXE", "[System64Folder]sc.exe"], programs["FindServiceControl"][..3]);
        Assert.Equal(["3186", "SERVICECONTROLEXE", $"failure \"{service}\" reset= 86400 actions= {actions}"], programs["SetRecovery"][..3]);
        Assert.Equal(["3186", "SERVICECONTROLEXE", $"failureflag \"{service}\" 1"], programs["SetRecoveryOnError"][..3]);
        string[] order = [.. sequence.OrderBy(row => int.Parse(row.Value[1], CultureInfo.InvariantCulture)).Select(row => row.Key)];
        string[] expected = ["FindServiceControl", "InstallServices", "SetRecovery", "SetRecoveryOnError", "StartServices"];
        Assert.Equal(expected, order.Where(expected.Contains));
        Assert.All(expected.Where(name => programs.ContainsKey(name)), name => Assert.Equal("NOT REMOVE", sequence[name][0]));
    }

    // With the installer's rights, after the files are there and before the service reads the folder.
    private static async Task AssertFolderIsProtectedFirstAsync(string msi)
    {
        var programs = await TableAsync(msi, "CustomAction");
        var sequence = await TableAsync(msi, "InstallExecuteSequence");
        Assert.Equal(["3186", "PROGRAMEXE", "install --folder-only"], programs["ProtectData"][..3]);
        Assert.Equal(["51", "PROGRAMEXE", "[INSTALLDIR]hvi.exe"], programs["FindProgram"][..3]);
        string[] order = [.. sequence.OrderBy(row => int.Parse(row.Value[1], CultureInfo.InvariantCulture)).Select(row => row.Key)];
        string[] expected = ["FindProgram", "InstallFiles", "ProtectData", "StartServices"];
        Assert.Equal(expected, order.Where(expected.Contains));
    }

    // A table's rows by their first column; the first three lines of an export are the columns' names, their types and the table's name.
    private static async Task<Dictionary<string, string[]>> TableAsync(string msi, string table) =>
        (await Shell.RunAsync("msiinfo", ["export", msi, table], Patience)).Succeeded().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Skip(3).Select(line => line.Split('\t')).ToDictionary(row => row[0], row => row[1..]);

    // The service itself: its settings say where.
    private static async Task AnswersAsync(BrokerApi api) =>
        await Eventually.GetAsync<object>(async () => await api.GetAsync("status"), Patience, "the service's API answers");

    // The lock files of a broker that runs come and go.
    private static string[] HistoryFiles(string data) =>
        [.. Directory.EnumerateFiles(Path.Join(data, "history"), "*.duckdb", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private async Task<string> BuildAsync(string product, string program, string version)
    {
        string msi = await PackageBuild.RunAsync(product, "msi", program, Path.Join(wine.Scratch, "packages"), version);
        PackageBuild.AssertReadmeNames(msi, version);
        return msi;
    }

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
