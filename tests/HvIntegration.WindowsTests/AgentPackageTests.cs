using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The agent's packages, built here and looked into; the Windows one is installed under Wine.</summary>
public sealed class AgentPackageTests(WinePrefix wine)
{
    private const string Version = "1.2.3";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    [Fact]
    public async Task Msi_InstalledUnderWine_BringsProgramAndService()
    {
        // Arrange
        string msi = await BuildAsync("msi", Path.GetDirectoryName(await WindowsPrograms.AgentAsync())!);
        string installed = Path.Join(wine.DriveC, "Program Files", "HvIntegration");
        // Act
        await RunInstallerAsync("/i", msi);
        bool wasThere = File.Exists(Path.Join(installed, "hvi-agent.exe"));
        string service = (await wine.RunAsync("reg", ["query", @"HKLM\System\CurrentControlSet\Services\hvi-agent"], Patience)).Output;
        await RunInstallerAsync("/x", msi);
        // Assert
        Assert.True(wasThere, "no hvi-agent.exe after the installation");
        Assert.Contains("LocalService", service, StringComparison.Ordinal);
        Assert.Contains("hvi-agent.exe", service, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deb_Contents_AreTheProgramAndItsUnit()
    {
        // Act
        string package = await BuildAsync("deb", LinuxPublished());
        string contents = (await Shell.RunAsync("dpkg-deb", ["--contents", package], Patience)).Succeeded();
        string version = (await Shell.RunAsync("dpkg-deb", ["--field", package, "Version"], Patience)).Succeeded();
        // Assert
        AssertLinuxFiles(contents);
        Assert.Equal(Version, version.Trim());
    }

    [Fact]
    public async Task Rpm_Contents_AreTheProgramAndItsUnit()
    {
        // Act
        string package = await BuildAsync("rpm", LinuxPublished());
        string contents = (await Shell.RunAsync("rpm", ["-q", "--list", "--package", package], Patience)).Succeeded();
        // Assert
        AssertLinuxFiles(contents);
    }

    private static void AssertLinuxFiles(string contents)
    {
        Assert.Contains("/usr/bin/hvi-agent", contents, StringComparison.Ordinal);
        Assert.Contains("/usr/lib/systemd/system/hvi-agent.service", contents, StringComparison.Ordinal);
    }

    // What the program is does not matter to the package: the end-to-end tests run the real one.
    private string LinuxPublished()
    {
        string folder = Directory.CreateDirectory(Path.Join(wine.Scratch, "linux")).FullName;
        File.WriteAllText(Path.Join(folder, "hvi-agent"), "stands for the program");
        return folder;
    }

    private async Task<string> BuildAsync(string kind, string published) =>
        (await Shell.RunAsync("deploy/packages/build-agent", [kind, published, Path.Join(wine.Scratch, "packages"), Version], Patience)).Succeeded().Trim();

    private async Task RunInstallerAsync(string verb, string msi) =>
        (await wine.RunAsync("msiexec", [verb, WinePrefix.ToWindows(msi), "/qn"], Patience)).Succeeded();
}
