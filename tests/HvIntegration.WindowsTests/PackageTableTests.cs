using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>What the agent's package will do to a Windows guest besides its files, read from its tables. The program in it is empty: nothing is installed.</summary>
public sealed class PackageTableTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-msi-").FullName;

    [Fact]
    public async Task AgentMsi_Tables_CountDiskOperationsProtectTheFolderAndNameTheAccount()
    {
        // Arrange
        string program = Path.Join(_folder, "published", "hvi-agent.exe");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        foreach (string file in (string[])[program, Path.Join(_folder, "published", "System.Diagnostics.EventLog.Messages.dll")])
        {
            await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        }

        // Act
        string msi = await PackageBuild.RunAsync("agent", "msi", program, Path.Join(_folder, "out"), "1.2.3");
        string registry = await TableAsync(msi, "Registry");
        string components = await TableAsync(msi, "Component");
        string services = await TableAsync(msi, "ServiceInstall");
        string properties = await TableAsync(msi, "Property");
        string actions = await TableAsync(msi, "CustomAction");
        string sequence = await TableAsync(msi, "InstallExecuteSequence");
        // Assert: the value of HKLM (2) is a number (#), and its component stays (16) at a removal.
        Assert.Matches(@"\t2\tSYSTEM\\CurrentControlSet\\Services\\Partmgr\\?\tEnableCounterForIoctl\t#1\tDiskCounting", registry);
        Assert.Matches(@"DiskCounting\t\{[0-9A-F-]{36}\}\tINSTALLDIR\t276\t", components);
        Assert.Contains("[SERVICEACCOUNT]", services, StringComparison.Ordinal);
        Assert.Contains(@"SERVICEACCOUNT	NT AUTHORITY\LocalService", properties, StringComparison.Ordinal);
        // With the installer's rights, before the service starts.
        Assert.Contains("ProtectData\t3186\tPROGRAMEXE\tprepare", actions, StringComparison.Ordinal);
        Assert.Contains("ProtectData\tNOT REMOVE\t5849", sequence, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> TableAsync(string msi, string table) => (await Shell.RunAsync("msiinfo", ["export", msi, table], Patience)).Succeeded();
}
