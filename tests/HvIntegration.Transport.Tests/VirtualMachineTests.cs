using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.TransportProbe.Cases;

namespace HvIntegration.Transport.Tests;

/// <summary>AF_VSOCK for real, inside virtual machines that the tests boot; never on the machine that tests.</summary>
public sealed class VirtualMachineTests
{
    // Publishing the probe the first time comes on top of the machine's own time.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Vsock_LoopbackMachine_EveryCaseHoldsOverBothCids()
    {
        string console = await RunAsync("loopback");

        foreach (string cid in (string[])["1", "2"])
        {
            string part = Regex.Match(console, $"BEGIN cid {cid}(.*?)END cid {cid}", RegexOptions.Singleline).Groups[1].Value;
            AssertPassed(part, TransportCase.All.Select(c => c.Name), console);
        }
    }

    [Fact]
    public async Task Vsock_NestedMachineBoundary_HostSeesTheGuestsCidAndEveryCaseHolds()
    {
        string console = await RunAsync("boundary");

        AssertPassed(console, ["boundary-echo", "boundary-refused-dial-says-nobody-listens", "boundary-grpc-duplex", "boundary-grpc-idle"], console);
        var peer = Regex.Match(console, @"^HOST PEER cid:3 (\d+)", RegexOptions.Multiline);
        Assert.True(peer.Success, console);
        Assert.InRange(int.Parse(peer.Groups[1].Value, CultureInfo.InvariantCulture), 1, 1023);
    }

    private static void AssertPassed(string part, IEnumerable<string> names, string console)
    {
        var missing = names.Where(n => !Regex.IsMatch(part, $@"^PASS {n}\b", RegexOptions.Multiline)).ToList();
        Assert.True(missing.Count == 0 && !part.Contains("FAIL ", StringComparison.Ordinal), $"not passed: {string.Join(", ", missing)}\n{console}");
    }

    private static async Task<string> RunAsync(string script)
    {
        if (Environment.GetEnvironmentVariable("CI") is not { Length: > 0 })
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "virtual machines are booted on Linux only");
            Assert.SkipUnless(File.Exists("/usr/bin/qemu-system-x86_64"), "qemu-system-x86 is not installed: ./test installs it");
        }

        var run = await ProbeProcess.RunAsync("bash", [Path.Combine(Repository(), "tests", "vm", script)], Limit);
        Assert.True(run.ExitCode == 0, run.Text);

        // The serial console ends its lines as terminals do.
        return run.Text.Replace("\r", "", StringComparison.Ordinal);
    }

    private static string Repository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "HvIntegration.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("HvIntegration.sln not found above " + AppContext.BaseDirectory);
    }
}
