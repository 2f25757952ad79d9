using System.Diagnostics;

namespace HvIntegration.EndToEndTests;

/// <summary>One QEMU machine without a system, the broker beside it, and this machine's own agent at that VM's socket.</summary>
public sealed class ProcessesFixture : IAsyncLifetime
{
    /// <summary>Name of the VM.</summary>
    public const string Vm = "machine";

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-e2e-").FullName;
    private Process? _qemu;
    private Process? _broker;
    private Process? _agent;

    /// <summary>Address of the API.</summary>
    public string Url { get; } = $"http://127.0.0.1:{FreePort.Take()}";

    /// <summary>Starts all three and waits until they know each other.</summary>
    public async ValueTask InitializeAsync()
    {
        _qemu = Start(
            "qemu-system-x86_64", "qemu.log",
            ["-name", Vm + ",debug-threads=on", "-uuid", "1ab00000-0000-4000-8000-0000000000e2", "-accel", "tcg", "-m", "16", "-nodefaults",
             "-display", "none", "-qmp", $"unix:{_folder}/{Vm}.qmp,server=on,wait=off"]);
        StartBroker();
        StartAgent();
        using var api = new BrokerApi(Url);
        await Eventually.GetAsync(
            async () => await api.FindVmAsync(Vm) is not null ? "there" : null, TimeSpan.FromSeconds(60), "the broker lists the VM",
            () => Task.FromResult(Log("broker.log")));
        await Eventually.GetAsync(
            async () => (await api.FindVmAsync(Vm))?.GetProperty("agent").GetString() == "live" ? "live" : null, TimeSpan.FromSeconds(60),
            "the agent is live", () => Task.FromResult(Log("broker.log") + Log("agent.log")));
    }

    /// <summary>Ends all three.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _agent, _broker, _qemu })
        {
            if (process is not null)
            {
                await KillAsync(process);
                process.Dispose();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Kills the broker as a power cut would.</summary>
    public Task KillBrokerAsync() => KillAsync(_broker!);

    /// <summary>Starts the broker on the same folder and address.</summary>
    public void StartBroker() => _broker = Start(
        PublishedPrograms.Hvi, "broker.log", ["broker"],
        new Dictionary<string, string>
        {
            ["HVI_BROKER__Source"] = "qemu",
            ["HVI_BROKER__Qemu__SocketFolder"] = _folder,
            ["HVI_BROKER__History__Folder"] = Path.Join(_folder, "history"),
            ["HVI_BROKER__Api__Url"] = Url,
        });

    /// <summary>Kills the agent.</summary>
    public Task KillAgentAsync() => KillAsync(_agent!);

    /// <summary>Starts the agent.</summary>
    public void StartAgent() => _agent = Start(
        PublishedPrograms.Agent, "agent.log", ["run", "--broker", $"unix://{_folder}/{Vm}.agent.sock"]);

    /// <summary>End of a log, for the message of a failed test.</summary>
    public string Log(string name)
    {
        string path = Path.Join(_folder, name);
        return File.Exists(path) ? $"--- {name}\n{string.Join('\n', File.ReadLines(path).TakeLast(15))}\n" : "";
    }

    private static async Task KillAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
    }

    private Process Start(string program, string log, IReadOnlyList<string> arguments, Dictionary<string, string>? environment = null)
    {
        // The shell sends the output to a file and then becomes the program, so that the process number is the program's.
        var start = new ProcessStartInfo("bash") { UseShellExecute = false };
        foreach (string argument in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", Path.Join(_folder, log), program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
