using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The packages for Linux: installed, started and removed in a clean Debian; the rpms verified in an empty root too.</summary>
public sealed class LinuxPackageTests(LinuxPackageTests.Packages packages) : IClassFixture<LinuxPackageTests.Packages>
{
    private const string Version = "1.2.3";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);

    [Theory]
    [InlineData("chroot")]
    [InlineData("booted")]
    public async Task Packages_InCleanDebian_StartAnswerAndAreRemoved(string mode)
    {
        // Arrange
        foreach (string kind in (string[])["deb", "rpm"])
        {
            PackageBuild.AssertReadmeNames(await packages.BuildAsync("agent", kind), Version);
            PackageBuild.AssertReadmeNames(await packages.BuildAsync("broker", kind), Version);
        }

        // Act
        string text = (await Shell.RunAsync("tests/packages/debian", [mode, packages.Built, Packages.Cache], Patience)).Succeeded();
        var seen = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        // Assert
        foreach (string done in (string[])["installed", "vms.status", "again", "removed", "rpm.installed", "rpm.removed"])
        {
            Assert.Equal("0", seen[done]);
        }

        foreach (string nothing in (string[])["hvi-agent.verify", "hvi-broker.verify", "left", "rpm.left"])
        {
            Assert.Equal("", seen[nothing]);
        }

        Assert.InRange(int.Parse(seen["once.status"], System.Globalization.CultureInfo.InvariantCulture), 0, 1);
        Assert.NotEqual("0", seen["once.processes"]);
        Assert.Contains("ok    broker", seen["check.text"], StringComparison.Ordinal);
        // Who has no right gets no name of any VM, and is told what to do.
        Assert.Contains("requires a token", seen["outsider.vms"], StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", seen["outsider.answer"], StringComparison.Ordinal);
        if (seen["mode"] == "booted")
        {
            AssertBooted(seen);
        }
        else
        {
            // A machine that forbids containers gets the chroot for "booted" too; what only systemd can show stays unseen there.
            TestContext.Current.SendDiagnosticMessage("Packages: asked for {0}, ran in a {1}", mode, seen["mode"]);
            Assert.Equal("0", seen["broker.end"]);
            Assert.Equal("0", seen["rpm.agent"]);
            Assert.Equal("0", seen["rpm.hvi"]);
        }
    }

    private static void AssertBooted(Dictionary<string, string> seen)
    {
        foreach (string kind in (string[])["deb", "rpm"])
        {
            foreach (string unit in (string[])["hvi-agent", "hvi-broker"])
            {
                Assert.Equal("enabled", seen[$"{kind}.{unit}.enabled"]);
                Assert.Equal("active", seen[$"{kind}.{unit}.active"]);
                Assert.Equal("1", seen[$"{kind}.{unit}.no-new-privileges"]);
                Assert.NotEqual("0", seen[$"{kind}.{unit}.uid"]);
            }

            // CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE and CAP_SYS_PTRACE, no other; the broker has none.
            Assert.Equal("0000000000080404", seen[$"{kind}.hvi-agent.capabilities"]);
            Assert.Equal("0000000000000000", seen[$"{kind}.hvi-broker.capabilities"]);
        }

        Assert.Equal("hvintegration 750", seen["broker.state"]);
        Assert.Equal("0", seen["agent.restarts"]);
        Assert.Equal("active", seen["again.active"]);
        Assert.Equal("", seen["removed.running"]);
        Assert.Equal("api-token history", seen["removed.history"]);
        Assert.Equal("hvintegration hvintegration 660", seen["broker.socket"]);
        Assert.Equal("hvintegration hvintegration 640", seen["broker.token"]);
        Assert.Contains("requires a token", seen["outsider.default"], StringComparison.Ordinal);
        Assert.Equal("0", seen["member.vms"]);
        Assert.Equal("http://127.0.0.1:8787/login?code=", seen["login"]);
        Assert.Equal("0", seen["rpm.vms.status"]);
        Assert.Equal("", seen["rpm.removed.running"]);
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("broker")]
    public async Task Deb_Unpacked_IsSmall(string product)
    {
        string root = Path.Join(packages.Folder, "size-" + product);

        (await Shell.RunAsync("dpkg-deb", ["-x", await packages.BuildAsync(product, "deb"), root], Patience)).Succeeded();

        PackageBuild.AssertSize(product + " deb", root);
    }

    [Fact]
    public async Task Broker_PublishedFolder_HoldsNothingThatNobodyReads()
    {
        string folder = Path.GetDirectoryName(await WindowsPrograms.LinuxBrokerAsync())!;
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).ToList();

        string[] ends = [".resources.dll", ".xml", ".gz", ".br", "web.config", "libmscordaccore.so", "vizor-echarts-bundle.js"];
        Assert.DoesNotContain(names, n => n.StartsWith("runtimes", StringComparison.Ordinal) || ends.Any(e => n.EndsWith(e, StringComparison.Ordinal)));
        Assert.Single(names, n => n.Contains("duckdb", StringComparison.OrdinalIgnoreCase) && n.EndsWith(".so", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("agent", "hvi-agent", "/usr/bin/hvi-agent", "/usr/lib/systemd/system/hvi-agent.service")]
    [InlineData("broker", "hvi", "/usr/bin/hvi", "/usr/lib/systemd/system/hvi-broker.service")]
    public async Task Rpm_InEmptyRoot_IsInstalledVerifiedAndErased(string product, string name, string program, string unit)
    {
        // Arrange
        string package = await packages.BuildAsync(product, "rpm");
        string root = Directory.CreateDirectory(Path.Join(packages.Folder, "root-" + product)).FullName;
        // Act: scripts need a shell, which an empty root has not; the test in a whole Debian runs them.
        (await Shell.RunAsync("rpm", ["--root", root, "-i", "--noscripts", "--nodeps", package], Patience)).Succeeded();
        string listed = (await Shell.RunAsync("rpm", ["--root", root, "-ql", name], Patience)).Succeeded();
        string version = (await Shell.RunAsync("rpm", ["--root", root, "-q", "--qf", "%{VERSION}", name], Patience)).Succeeded();
        var verified = await Shell.RunAsync("rpm", ["--root", root, "-V", "--noscripts", "--nodeps", name], Patience);
        bool isThere = File.Exists(Path.Join(root, program));
        PackageBuild.AssertSize(product + " rpm", Path.Join(root, "usr"));
        string text = await File.ReadAllTextAsync(Path.Join(root, unit), TestContext.Current.CancellationToken);
        (await Shell.RunAsync("rpm", ["--root", root, "-e", "--noscripts", name], Patience)).Succeeded();
        // Assert
        Assert.Contains(program, listed, StringComparison.Ordinal);
        Assert.Contains(unit, listed, StringComparison.Ordinal);
        Assert.Equal(Version, version.Trim());
        Assert.Equal(0, verified.Status);
        Assert.True(isThere, $"{program} is not there");
        Assert.DoesNotContain("/usr/local", text, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Join(root, "usr"), "*hvi*", SearchOption.AllDirectories));
    }

    /// <summary>Each package once, in a folder that goes away.</summary>
    public sealed class Packages : IDisposable
    {
        /// <summary>Of the packages and the roots they go into.</summary>
        public string Folder { get; } = Directory.CreateTempSubdirectory("hvi-packages-").FullName;

        /// <summary>Folder of the packages built so far.</summary>
        internal string Built => Path.Join(Folder, "packages");

        /// <summary>Folder that outlives the run: the clean Debian.</summary>
        internal static string Cache => Path.Join(WindowsPrograms.Work, "debian");

        /// <summary>Builds one.</summary>
        internal async Task<string> BuildAsync(string product, string kind) => await PackageBuild.RunAsync(
            product, kind, product == "agent" ? await WindowsPrograms.LinuxAgentAsync() : await WindowsPrograms.LinuxBrokerAsync(), Built, Version);

        /// <inheritdoc/>
        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
