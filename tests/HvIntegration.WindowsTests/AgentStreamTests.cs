using System.Diagnostics;
using System.Globalization;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>The Windows agent under Wine streams to the broker of this machine: one product across two systems.</summary>
/// <remarks>Wine has no Unix sockets for Windows programs, so a relay carries the agent's loopback TCP to the VM's socket.</remarks>
public sealed class AgentStreamTests(WinePrefix wine)
{
    private const string Vm = "windows";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Run_UnderWine_AppearsAsAWindowsGuest()
    {
        // Arrange
        string agent = await WindowsPrograms.AgentAsync();
        string hvi = await WindowsPrograms.NativeBrokerAsync();
        string folder = Directory.CreateTempSubdirectory("hvi-win-").FullName;
        string agentLog = Path.Join(folder, "agent.log");
        string brokerLog = Path.Join(folder, "broker.log");
        string relay = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Take()}");
        using var api = new BrokerApi(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Take()}"));
        var started = new List<Process>();
        try
        {
            started.Add(StartNative(
                Path.Join(folder, "qemu.log"), "qemu-system-x86_64",
                ["-name", Vm + ",debug-threads=on", "-accel", "tcg", "-m", "16", "-nodefaults", "-display", "none", "-qmp", $"unix:{folder}/{Vm}.qmp,server=on,wait=off"]));
            started.Add(StartNative(brokerLog, hvi, ["broker"], new Dictionary<string, string>
            {
                ["HVI_BROKER__Source"] = "qemu",
                ["HVI_BROKER__Qemu__SocketFolder"] = folder,
                ["HVI_BROKER__History__Folder"] = Path.Join(folder, "history"),
                ["HVI_BROKER__Api__Url"] = api.Url,
            }));
            started.Add(StartNative(
                Path.Join(folder, "relay.log"), "socat",
                [$"TCP-LISTEN:{relay[(relay.IndexOf(':', StringComparison.Ordinal) + 1)..]},bind=127.0.0.1,reuseaddr,fork", $"UNIX-CONNECT:{folder}/{Vm}.agent.sock"]));
            // Act
            started.Add(wine.Start(agentLog, agent, ["run", "--broker", "tcp://" + relay]));
            // Assert
            string State() => string.Join('\n', new[] { agentLog, brokerLog }.Where(File.Exists).SelectMany(f => File.ReadLines(f).TakeLast(15)));
            await Eventually.GetAsync(
                async () => (await api.FindVmAsync(Vm))?.GetProperty("agent").GetString() == "live" ? "live" : null, Patience, "the agent is live", () => Task.FromResult(State()));
            var entry = await api.GetAsync("vms/" + Vm);
            Assert.Contains("Windows", entry.ToString(), StringComparison.Ordinal);
            await Eventually.GetAsync(
                async () => (await api.GetAsync($"vms/{Vm}/processes")).ToString().Contains("hvi-agent.exe", StringComparison.Ordinal) ? "listed" : null,
                Patience, "the agent's own process is listed", () => Task.FromResult(State()));
            // What an administrator reads on the host.
            string vms = await HviAsync(hvi, "vms", "--broker", api.Url);
            string show = await HviAsync(hvi, "show", Vm, "--broker", api.Url);
            string processes = await Eventually.GetAsync(
                async () => (await Shell.RunAsync(hvi, ["processes", Vm, "--broker", api.Url], Patience)) is { Status: 0 } answer ? answer.Output : null,
                Patience, "ten seconds of its processes are kept", () => Task.FromResult(State()));
            Assert.Matches($@"{Vm}\b.*\blive\b", vms);
            Assert.Contains("agent live", show, StringComparison.Ordinal);
            Assert.Matches("guest: .*Windows", show);
            Assert.Contains("hvi-agent.exe", processes, StringComparison.Ordinal);
        }
        finally
        {
            foreach (Process process in started)
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }

                process.Dispose();
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> HviAsync(string hvi, params string[] arguments)
    {
        var result = await Shell.RunAsync(hvi, arguments, Patience);
        // 1: a virtual machine suffers, which an emulated one on a busy machine may.
        Assert.True(result.Status is 0 or 1, $"{string.Join(' ', arguments)}: status {result.Status}\n{result.Output}\n{result.Errors}");
        return result.Output;
    }

    private static Process StartNative(string log, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("bash") { UseShellExecute = false };
        foreach (string argument in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
