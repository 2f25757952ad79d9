using System.Diagnostics;

namespace HvIntegration.ScriptTests;

/// <summary>install-guests.ps1 as it is, run in PowerShell against stand-ins of Hyper-V's cmdlets and real folders as guests.</summary>
public sealed class InstallGuestsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-push-").FullName;
    private readonly HyperVScene _scene = new();

    public InstallGuestsTests()
    {
        File.WriteAllText(Msi, "package");
        File.WriteAllText(Agent, "agent");
        File.WriteAllText(Unit, "unit");
    }

    private string Msi => Path.Join(_folder, "hvi-agent-1.2.3-x64.msi");

    private string Agent => Path.Join(_folder, "hvi-agent");

    private string Unit => Path.Join(_folder, "hvi-agent.service");

    [Fact]
    public void WindowsGuest_IsInstalledOverPowerShellDirect_AndNothingIsLeftInIt()
    {
        var guest = _scene.AddWindows("web01").Inside!;

        var run = Run();

        Assert.Equal(["web01: installed, its service runs", "1 installed, 0 copied, 0 skipped, 0 failed"], run.Output);
        Assert.Equal(0, run.ExitCode);
        string installation = Assert.Single(guest.Installations);
        Assert.Matches(@"^msiexec\.exe /i ""C:\\Program Files\\hvi-agent-setup-([0-9a-f]{32})\\hvi-agent\.msi"" /qn /norestart /l\*v ""C:\\Program Files\\hvi-agent-setup-\1\\hvi-agent\.log"" \[package\]$", installation);
        Assert.Empty(guest.ProgramFolders);
        Assert.Equal(["S-1-5-32-558 S-1-5-19"], guest.Members);
        Assert.Equal(1, guest.Restarts);
        AssertClean(run, guest);
    }

    [Fact]
    public void WindowsGuest_PackageFolder_HasARandomNameAndRightsBeforeThePackageIsInIt()
    {
        var guest = _scene.AddWindows("web01").Inside!;
        Run();

        Run();

        Assert.Equal(2, guest.Rights.Distinct(StringComparer.Ordinal).Count());
        Assert.All(guest.Rights, r => Assert.EndsWith(" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F", r, StringComparison.Ordinal));
    }

    [Fact]
    public void WindowsGuest_InstalledAgain_KeepsItsMembershipAndIsNotRestartedForIt()
    {
        var guest = _scene.AddWindows("web01").Inside!;
        Run();

        var run = Run();

        Assert.Equal("web01: installed, its service runs", run.Output[0]);
        Assert.Equal(2, guest.Installations.Count);
        Assert.Equal(1, guest.Restarts);
        AssertClean(run, guest);
    }

    [Theory]
    [InlineData(1603, "Running", @"^web01: FAILED: msiexec ended with 1603; in the guest, C:\\Program Files\\hvi-agent-setup-[0-9a-f]{32}\\hvi-agent\.log says why$", 1)]
    [InlineData(0, "Stopped", "^web01: FAILED: installed, but the service hvi-agent is Stopped; the guest's Application log says why$", 1)]
    [InlineData(3010, "Running", "^web01: installed, its service runs; restart the guest to finish$", 0)]
    public void WindowsGuest_InstallersExitCodeAndService_AreLookedAt(int installer, string service, string line, int status)
    {
        var guest = _scene.AddWindows("web01", new Guest { InstallerExitCode = installer, ServiceStatus = service }).Inside!;

        var run = Run();

        Assert.Matches(line, run.Output[0]);
        Assert.Equal(status, run.ExitCode);
        AssertClean(run, guest);
    }

    [Fact]
    public void WindowsGuest_DomainController_IsInstalledAndTellsWhatItLacks()
    {
        var guest = _scene.AddWindows("dc01", new Guest { RefusesGroups = true }).Inside!;

        var run = Run();

        Assert.Equal("dc01: installed, its service runs; without the counters of remote sessions and GPUs: The server does not support local groups.", run.Output[0]);
        Assert.Equal(0, run.ExitCode);
        AssertClean(run, guest);
    }

    [Fact]
    public void WrongCredentials_AreTold_AndTheOthersStillGoOn()
    {
        _scene.AddWindows("web01", password: "other");
        var second = _scene.AddWindows("web02").Inside!;

        var run = Run();

        Assert.Equal(["web01: FAILED: The credential is invalid.", "web02: installed, its service runs", "1 installed, 0 copied, 0 skipped, 1 failed"], run.Output);
        Assert.Equal(1, run.ExitCode);
        AssertClean(run, second);
    }

    [Fact]
    public void TwoGuestsOfOneName_AreToldApartByTheirIds()
    {
        var first = _scene.AddWindows("web").Inside!;
        var second = _scene.AddWindows("web").Inside!;

        var run = Run();

        Assert.Equal("2 installed, 0 copied, 0 skipped, 0 failed", run.Output[^1]);
        Assert.Single(first.Installations);
        Assert.Single(second.Installations);
    }

    [Fact]
    public void SilentGuest_IsTriedAsWindows_AndAFailureSaysThatItsSystemIsUnknown()
    {
        _scene.AddWindows("old", system: null);
        _scene.Add(new VirtualMachine("appliance", _scene.NextId()));

        var run = Run();

        Assert.Equal("old: installed, its service runs", run.Output[0]);
        Assert.StartsWith("appliance: FAILED: A remote session might have ended.", run.Output[1], StringComparison.Ordinal);
        Assert.EndsWith("(The guest does not tell its system: it is still starting, or its Data Exchange service is off.)", run.Output[1], StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void LinuxGuest_GetsBothFiles_AndThePrintedLineInstallsThem()
    {
        var vm = _scene.AddLinux("db01");

        var run = Run();

        Assert.Equal(["/usr/local/lib/hvi-agent/hvi-agent agent", "/usr/local/lib/hvi-agent/hvi-agent.service unit"], vm.Copied);
        Assert.StartsWith("db01: copied; run in the guest as root: ", run.Output[0], StringComparison.Ordinal);
        Assert.Equal("0 installed, 1 copied, 0 skipped, 0 failed", run.Output[1]);
        Assert.Equal(0, run.ExitCode);

        // The line, in a folder that plays the guest's root.
        string root = Path.Join(_folder, "root");
        string calls = ExecuteAsGuest(run.Output[0][(run.Output[0].IndexOf("root: ", StringComparison.Ordinal) + 6)..], root, vm.Copied);
        Assert.Equal("agent", File.ReadAllText(Path.Join(root, "usr/local/bin/hvi-agent")));
        Assert.Equal("unit", File.ReadAllText(Path.Join(root, "etc/systemd/system/hvi-agent.service")));
        Assert.Equal("daemon-reload\nenable hvi-agent\nrestart hvi-agent\n", calls);
    }

    [Fact]
    public void LinuxGuest_WithoutItsGuestService_SaysHowToHaveIt()
    {
        var off = _scene.AddLinux("db01", guestService: false);
        _scene.AddLinux("db02", guestService: null);

        var run = Run();

        Assert.Equal($"db01: FAILED: the Guest Service Interface is off; first: Get-VM -Id {off.Id} | Enable-VMIntegrationService -Name 'Gastdienstschnittstelle'", run.Output[0]);
        Assert.Equal("db02: FAILED: it has no Guest Service Interface: its configuration version is too old", run.Output[1]);
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(_scene.Changes);
    }

    [Fact]
    public void MachinesThatAreNotMeant_AreSkippedAndTold()
    {
        _scene.Add(new VirtualMachine("web01", _scene.NextId()) { State = VMState.Off });
        _scene.Add(new VirtualMachine("web02", _scene.NextId()) { State = VMState.Saved });
        _scene.AddLinux("bsd", system: "FreeBSD");
        _scene.AddLinux("db01");
        _scene.AddWindows("other");

        var run = Run(("Name", new[] { "web*", "db01", "bsd" }), ("LinuxAgent", null), ("LinuxUnit", null));

        Assert.Equal(
            [
                "web01: skipped: it is Off; start it and run this again",
                "web02: skipped: it is Saved; start it and run this again",
                "bsd: skipped: there is no agent for FreeBSD",
                "db01: skipped: its system is Debian GNU/Linux, which needs -LinuxAgent and -LinuxUnit",
                "0 installed, 0 copied, 4 skipped, 0 failed",
            ],
            run.Output);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(_scene.Changes);
    }

    [Fact]
    public void OnlyLinux_NeedsNeitherPackageNorAccount()
    {
        _scene.AddWindows("web01");
        _scene.AddLinux("db01");

        var run = Run(("Msi", null), ("Credential", null));

        Assert.Equal("web01: skipped: a Windows guest needs -Msi and -Credential", run.Output[0]);
        Assert.Equal("0 installed, 1 copied, 1 skipped, 0 failed", run.Output[^1]);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void WhatIf_SaysWhatWouldBeDone_AndChangesNothing()
    {
        var guest = _scene.AddWindows("web01").Inside!;
        var linux = _scene.AddLinux("db01");

        var run = Run(("WhatIf", true));

        Assert.Contains(run.Console, l => l.Contains("install the agent over PowerShell Direct", StringComparison.Ordinal) && l.Contains("web01", StringComparison.Ordinal));
        Assert.Contains(run.Console, l => l.Contains("copy the agent with Copy-VMFile", StringComparison.Ordinal) && l.Contains("db01", StringComparison.Ordinal));
        Assert.Equal("0 installed, 0 copied, 2 skipped, 0 failed", run.Output[^1]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(_scene.Changes);
        Assert.Empty(linux.Copied);
        Assert.Empty(guest.Installations);
    }

    [Fact]
    public void BadCalls_EachGiveOneErrorAndBeginNothing()
    {
        _scene.AddWindows("web01");
        string missing = Path.Join(_folder, "none.msi");

        AssertRefused("-Msi: there is no file '" + missing + "'", ("Msi", missing));
        AssertRefused("-LinuxUnit: there is no file '" + missing + "'", ("LinuxUnit", missing));
        AssertRefused("-Msi needs -Credential", ("Credential", null));
        AssertRefused("-LinuxAgent and -LinuxUnit go together", ("LinuxUnit", null));
        AssertRefused("give -Msi and -Credential for Windows guests", ("Msi", null), ("LinuxAgent", null), ("LinuxUnit", null));
        AssertRefused("-Name: no virtual machine here is called 'wbe*'", ("Name", new[] { "web01", "wbe*" }));
    }

    [Fact]
    public void HostThatDoesNotListItsMachines_IsToldInOneError()
    {
        using var scene = new HyperVScene { Refusal = "You do not have the required permission to complete this task." };

        var run = InstallGuestsRun.Run(scene, Parameters());

        Assert.Equal("install-guests: Hyper-V does not list its virtual machines: You do not have the required permission to complete this task.", Assert.Single(run.Errors));
        Assert.Equal(2, run.ExitCode);
    }

    public void Dispose()
    {
        _scene.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void AssertRefused(string why, params (string Name, object? Value)[] changes)
    {
        var run = Run(changes);

        Assert.StartsWith("install-guests: " + why, Assert.Single(run.Errors), StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Empty(_scene.Changes);
    }

    private void AssertClean(InstallGuestsRun run, Guest guest)
    {
        Assert.Empty(run.Errors);
        Assert.Empty(_scene.OpenSessions);
        Assert.Empty(guest.LeftFiles);
    }

    private InstallGuestsRun Run(params (string Name, object? Value)[] changes) => InstallGuestsRun.Run(_scene, Parameters(changes));

    // All four, with what one test wants otherwise; null: not given.
    private Dictionary<string, object> Parameters(params (string Name, object? Value)[] changes)
    {
        var all = new Dictionary<string, object>
        {
            ["Msi"] = Msi, ["Credential"] = InstallGuestsRun.Credential(), ["LinuxAgent"] = Agent, ["LinuxUnit"] = Unit,
        };
        foreach (var (name, value) in changes)
        {
            all.Remove(name);
            if (value is not null)
            {
                all[name] = value;
            }
        }

        return all;
    }

    // Runs a shell line with another folder as its root: what it would call of systemd is written down.
    private static string ExecuteAsGuest(string line, string root, IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            string[] parts = file.Split(' ');
            string path = Path.Join(root, parts[0]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, parts[1]);
        }

        Directory.CreateDirectory(Path.Join(root, "usr/local/bin"));
        Directory.CreateDirectory(Path.Join(root, "etc/systemd/system"));
        string calls = Path.Join(root, "calls");
        string script = $"systemctl() {{ echo \"$*\" >> '{calls}'; }}\n"
            + line.Replace("/usr/local/", root + "/usr/local/", StringComparison.Ordinal).Replace("/etc/", root + "/etc/", StringComparison.Ordinal)
            + $"\ntest -x '{root}/usr/local/bin/hvi-agent'";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-euc", script]))!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return File.ReadAllText(calls);
    }
}
