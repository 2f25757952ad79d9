using System.Globalization;

namespace HvIntegration.EndToEndTests;

/// <summary>The lab itself with three small guests, in a folder and at an address of its own.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    /// <summary>One processor: the victim of host contention.</summary>
    public const string Victim = "victim";

    /// <summary>One processor: busy by itself, later starved.</summary>
    public const string Lonely = "lonely";

    /// <summary>Four processors: the noisy neighbour.</summary>
    public const string Neighbour = "neighbour";

    /// <summary>Recording of the neighbour without processes.</summary>
    public const string CoreRecording = "/tmp/core.hvi";

    /// <summary>Recording of the neighbour with its 20 busiest processes.</summary>
    public const string FullRecording = "/tmp/full.hvi";

    // The budget holds after the first minute; half a minute of it is measured.
    private const int RecordedSeconds = 90;
    private static readonly TimeSpan UpTimeout = TimeSpan.FromMinutes(6);

    // Unix socket paths are short, so the folder is directly below the temporary one.
    private readonly string _run = Directory.CreateTempSubdirectory("hvi-lab-").FullName;

    /// <summary>Address of the API.</summary>
    public string Url { get; } = $"http://127.0.0.1:{FreePort.Take()}";

    private Dictionary<string, string> Settings => new()
    {
        ["HVI_LAB_WORK"] = PublishedPrograms.WorkFolder,
        ["HVI_LAB_RUN"] = _run,
        ["HVI_LAB_URL"] = Url,
        ["HVI_LAB_GUESTS"] = $"{Victim}:1:224 {Lonely}:1:224 {Neighbour}:4:256",
    };

    /// <summary><c>lab/up</c>.</summary>
    public async ValueTask InitializeAsync()
    {
        var up = await Shell.RunAsync("lab/up", [], UpTimeout, Settings);
        Assert.True(up.Status == 0, up.Output + up.Errors + Logs());
        foreach (var (file, processes) in new[] { (CoreRecording, 0), (FullRecording, 20) })
        {
            (await InGuestAsync(
                Neighbour, $"(setsid /bin/hvi-agent record {file}.part --seconds {RecordedSeconds} --top-n {processes} >/dev/null 2>&1 && mv {file}.part {file} &)")).Succeeded();
        }
    }

    /// <summary>What one of the recordings weighs on the wire, once it is whole.</summary>
    internal async Task<WireWeight> RecordingAsync(string file)
    {
        string text = await Eventually.GetAsync(
            async () => await InGuestAsync(Neighbour, $"test -f {file} && base64 {file}") is { Status: 0 } read ? read.Output : null,
            TimeSpan.FromSeconds(RecordedSeconds + 60), $"{file} is recorded in the guest", () => Task.FromResult(Logs()));
        return WireWeight.Of(Convert.FromBase64String(text));
    }

    /// <summary>Runs a command line inside a guest.</summary>
    internal Task<ShellResult> InGuestAsync(string vm, string command) =>
        RunAsync("bash", ["-c", ". lab/lib/settings.sh; guest_run \"$LAB_RUN\" \"$0\" \"$1\" 90", vm, command]);

    /// <summary><c>lab/down --purge</c>.</summary>
    public async ValueTask DisposeAsync() => (await RunAsync("lab/down", ["--purge"])).Succeeded();

    /// <summary>One of the lab's commands.</summary>
    internal Task<ShellResult> RunAsync(string command, IReadOnlyList<string> arguments) =>
        Shell.RunAsync(command, arguments, TimeSpan.FromMinutes(2), Settings);

    /// <summary>Starts a load that ends by itself.</summary>
    internal async Task StressAsync(string kind, string vm, int seconds, int nice = 0) =>
        (await RunAsync("lab/stress", [kind, vm, "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--nice", nice.ToString(CultureInfo.InvariantCulture)])).Succeeded();

    /// <summary>Ends a load.</summary>
    internal async Task StopAsync(string kind, string vm) => (await RunAsync("lab/stress", [kind, vm, "--stop"])).Succeeded();

    /// <summary>Kills the broker as a power cut would.</summary>
    internal async Task KillBrokerAsync() =>
        (await RunAsync("bash", ["-c", ". lab/lib/settings.sh; process_alive \"$LAB_RUN/broker.pid\" && kill -KILL \"$(cut -d' ' -f1 \"$LAB_RUN/broker.pid\")\""])).Succeeded();

    /// <summary>Starts the broker again as lab/up did.</summary>
    internal async Task StartBrokerAsync() =>
        (await RunAsync("bash", ["-c", "set -euo pipefail; . lab/lib/settings.sh; broker_start \"$LAB_WORK\" \"$LAB_RUN\" \"$LAB_URL\""])).Succeeded();

    /// <summary>Ends of the logs, for the message of a failed test.</summary>
    internal string Logs() => string.Join('\n', Directory.EnumerateFiles(_run)
        .Where(file => file.EndsWith(".log", StringComparison.Ordinal) || file.EndsWith(".console", StringComparison.Ordinal))
        .Select(file => $"--- {Path.GetFileName(file)}\n{string.Join('\n', File.ReadLines(file).TakeLast(12))}"));
}
