using System.Globalization;
using System.Net;
using System.Text.Json;

namespace HvIntegration.TestKit.Processes;

/// <summary>The real broker as a process of its own, beside real QEMU machines without a system: each has the Unix socket that its agent dials.</summary>
public sealed class BrokerWithVms : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(30);

    private readonly List<ChildProcess> _machines = [];
    private readonly string _program;
    private readonly Dictionary<string, string> _settings;
    private readonly HttpClient _http;
    private ChildProcess _broker;

    private BrokerWithVms(string program, string folder, string historyFolder, int port, IReadOnlyList<string> vms, IReadOnlyDictionary<string, string> settings)
    {
        (_program, Folder, HistoryFolder, ApiPort, Vms) = (program, folder, historyFolder, port, vms);
        _settings = new Dictionary<string, string>
        {
            ["HVI_BROKER__Source"] = "qemu",
            ["HVI_BROKER__Qemu__SocketFolder"] = folder,
            ["HVI_BROKER__History__Folder"] = historyFolder,
            ["HVI_BROKER__Api__Url"] = Url,
        };
        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }

        _http = new HttpClient { BaseAddress = new Uri(Url + "/"), Timeout = TimeSpan.FromSeconds(20) };
        for (int i = 0; i < vms.Count; i++)
        {
            _machines.Add(ChildProcess.Start(
                "qemu-system-x86_64",
                ["-name", vms[i] + ",debug-threads=on", "-uuid", string.Create(CultureInfo.InvariantCulture, $"1ab00000-0000-4000-8000-0000000001{i:00}"),
                 "-accel", "tcg", "-m", "16", "-nodefaults", "-display", "none", "-qmp", $"unix:{folder}/{vms[i]}.qmp,server=on,wait=off"],
                Path.Join(folder, vms[i] + ".log")));
        }

        _broker = Launch();
    }

    /// <summary>Sockets and logs; gone with this object.</summary>
    public string Folder { get; }

    /// <summary>History of the broker.</summary>
    public string HistoryFolder { get; }

    /// <summary>Names of the VMs.</summary>
    public IReadOnlyList<string> Vms { get; }

    /// <summary>Port of the API on loopback.</summary>
    public int ApiPort { get; }

    /// <summary>Address of the API.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ApiPort}");

    /// <summary>The broker as a process.</summary>
    public ChildProcess Process => _broker;

    /// <summary>Starts everything and waits until each VM's socket is there and the broker is ready.</summary>
    /// <param name="program">hvi.</param>
    /// <param name="vms">Names of the VMs.</param>
    /// <param name="settings">Further settings of the broker, HVI_BROKER__ names.</param>
    /// <param name="historyFolder">Another place for history; null: in <see cref="Folder"/>.</param>
    public static async Task<BrokerWithVms> StartAsync(
        string program, IReadOnlyList<string> vms, IReadOnlyDictionary<string, string>? settings = null, string? historyFolder = null)
    {
        // Unix socket paths are short, so the folder is directly below the temporary one.
        string folder = Directory.CreateTempSubdirectory("hvi-h-").FullName;
        var broker = new BrokerWithVms(
            program, folder, historyFolder ?? Path.Join(folder, "history"), FreePort.Take(), vms, settings ?? new Dictionary<string, string>());
        try
        {
            await broker.ReachableAsync(StartMax);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Path of a VM's agent socket.</summary>
    public string SocketOf(string vm) => Path.Join(Folder, vm + ".agent.sock");

    /// <summary>An answer of the API.</summary>
    /// <exception cref="HttpRequestException">The broker is not there, or answers with an error; the message has its text.</exception>
    public async Task<JsonElement> GetAsync(string path)
    {
        var (status, text) = await AskAsync("api/v1/" + path);
        if (status != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"{path}: {(int)status} {text}", null, status);
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Status and text of any path.</summary>
    /// <exception cref="HttpRequestException">The broker is not there.</exception>
    public async Task<(HttpStatusCode Status, string Text)> AskAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (TaskCanceledException e)
        {
            throw new HttpRequestException($"{path}: no answer within {_http.Timeout.TotalSeconds:0} s", e);
        }
    }

    /// <summary>As <see cref="AskAsync"/>, over a connection of its own: one that is open already says nothing about who can still connect.</summary>
    /// <exception cref="HttpRequestException">The broker is not there, or takes no connection.</exception>
    public async Task<(HttpStatusCode Status, string Text)> AskAnewAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = _http.BaseAddress, Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (TaskCanceledException e)
        {
            throw new HttpRequestException($"{path}: no answer within {http.Timeout.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Waits until <c>/readyz</c> says ready.</summary>
    /// <returns>Null when it does, else what it said last.</returns>
    public async Task<string?> ReadyAsync(TimeSpan timeout)
    {
        string said = "nothing";
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < timeout)
        {
            if (_broker.HasEnded)
            {
                return "the broker ended by itself";
            }

            try
            {
                (var status, said) = await AskAsync("readyz");
                if (status == HttpStatusCode.OK)
                {
                    return null;
                }
            }
            catch (HttpRequestException e)
            {
                said = e.Message;
            }

            await Task.Delay(100);
        }

        return said;
    }

    /// <summary>kill -9 of the broker.</summary>
    public Task KillAsync() => _broker.KillAsync();

    /// <summary>Asks the broker to end.</summary>
    /// <returns>Its exit status; null when it had to be killed.</returns>
    public Task<int?> StopAsync() => _broker.StopAsync(StopMax);

    /// <summary>Starts the broker again on the same folder and address; does not wait.</summary>
    public async Task RestartAsync()
    {
        await _broker.DisposeAsync();
        _broker = Launch();
    }

    /// <summary>Waits until the broker is ready and each VM has its socket.</summary>
    /// <exception cref="TimeoutException">It is not; the message has the end of its log.</exception>
    public async Task ReachableAsync(TimeSpan timeout)
    {
        long began = TimeProvider.System.GetTimestamp();
        string? said;
        do
        {
            said = await ReadyAsync(TimeSpan.FromSeconds(1));
            said ??= Vms.FirstOrDefault(vm => !File.Exists(SocketOf(vm))) is { } vm ? $"no socket of {vm}" : null;
        }
        while (said is not null && !_broker.HasEnded && TimeProvider.System.GetElapsedTime(began) < timeout);
        if (said is not null)
        {
            throw new TimeoutException($"the broker is not ready: {said}\n{LogEnd()}");
        }
    }

    /// <summary>Waits until the agent of a VM is live.</summary>
    /// <exception cref="TimeoutException">It is not.</exception>
    public async Task AgentLiveAsync(string vm, TimeSpan timeout)
    {
        long began = TimeProvider.System.GetTimestamp();
        string? state = null;
        while (TimeProvider.System.GetElapsedTime(began) < timeout)
        {
            var agents = (await GetAsync("status")).GetProperty("agents").EnumerateArray();
            state = agents.Where(a => a.GetProperty("name").GetString() == vm).Select(a => a.GetProperty("state").GetString()).FirstOrDefault();
            if (state == "live")
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"the agent of {vm} is {state ?? "unknown"}, not live\n{LogEnd()}");
    }

    /// <summary>Last lines of the broker's log.</summary>
    public string LogEnd() => string.Join('\n', _broker.LogLines().TakeLast(15));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _machines.Append(_broker))
        {
            await process.DisposeAsync();
        }

        _http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private ChildProcess Launch() => ChildProcess.Start(_program, ["broker"], Path.Join(Folder, "broker.log"), _settings);
}
