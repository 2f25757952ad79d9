using HvIntegration.HostBroker.Commands;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace HvIntegration.DashboardTests;

/// <summary>A broker of its own process on a real clock, with the simulated host: it can be stopped as by a debugger, killed, and started again on its folder and port.</summary>
internal sealed class RealBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-r-").FullName;
    private readonly HttpClient _http;
    private Process? _process;

    private RealBroker()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        Url = $"http://127.0.0.1:{Port}";
        _http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Loopback port of dashboard and API.</summary>
    public int Port { get; }

    /// <summary>Address of dashboard and API.</summary>
    public string Url { get; }

    /// <summary>Starts one and waits until it has closed so many seconds.</summary>
    public static async Task<RealBroker> StartAsync(int seconds)
    {
        var broker = new RealBroker();
        await broker.StartAgainAsync();
        long first = await broker.SecondAsync();
        while (await broker.SecondAsync() < first + seconds)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        return broker;
    }

    /// <summary>Newest closed second.</summary>
    public async Task<long> SecondAsync()
    {
        using var answer = await _http.GetAsync(new Uri("/api/v1/status", UriKind.Relative), TestContext.Current.CancellationToken);
        using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return status.RootElement.GetProperty("second").GetInt64();
    }

    /// <summary>Stops the process where it stands.</summary>
    public Task StopAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Ends it as a service manager does, at once if it does not.</summary>
    public async Task EndAsync()
    {
        await SignalAsync("TERM");
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _process!.WaitForExitAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            _process!.Kill();
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Starts it on its folder and port, and waits until it is ready.</summary>
    public async Task StartAgainAsync()
    {
        _process?.Dispose();
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(HviCommand).Assembly.Location);
        start.ArgumentList.Add("broker");
        start.Environment["HVI_BROKER__Source"] = "simulated";
        start.Environment["HVI_BROKER__LogLevel"] = "Error";
        start.Environment["HVI_BROKER__Api__Url"] = Url;
        start.Environment["HVI_BROKER__History__Folder"] = Path.Combine(_folder, "history");
        start.Environment["HVI_BROKER__Agents__Listen__0"] = "unix://" + Path.Combine(_folder, "agents.sock");
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        long began = TimeProvider.System.GetTimestamp();
        while (!await IsReadyAsync())
        {
            Assert.False(_process.HasExited, "the broker ended at its start");
            Assert.True(TimeProvider.System.GetElapsedTime(began) < StartMax, "the broker never became ready");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill();
            await running.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
