using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace HvIntegration.DashboardTests;

/// <summary>A line to a broker that can be cut, as by a firewall's reset, and held, as by a network that stands still. Everything goes through it byte by byte.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly int _to;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Guid, (Socket Near, Socket Far)> _lines = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _flows = Done();
    private volatile bool _cut;

    /// <summary>Listens on a free loopback port.</summary>
    /// <param name="to">Loopback port of the broker.</param>
    public Relay(int to)
    {
        _to = to;
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>Address of this end.</summary>
    public string Url { get; }

    /// <summary>Resets every line and each new one, until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _cut = true;
        foreach (var (id, line) in _lines)
        {
            Reset(line.Near);
            Reset(line.Far);
            _lines.TryRemove(id, out _);
        }
    }

    /// <summary>Lets nothing through, and loses nothing, until <see cref="Mend"/>.</summary>
    public void Hold() => _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All as before.</summary>
    public void Mend()
    {
        _cut = false;
        _flows.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Mend();
        Cut();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_ending.Token);
                if (_cut)
                {
                    Reset(near);
                    continue;
                }

                _ = ServeAsync(near);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket near)
    {
        var id = Guid.NewGuid();
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _lines[id] = (near, far);
        try
        {
            await _flows.Task;
            await far.ConnectAsync(IPAddress.Loopback, _to);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens: so it is told on.
        }
        finally
        {
            _lines.TryRemove(id, out _);
            Reset(near);
            Reset(far);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[1 << 14];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                await _flows.Task;
                for (int sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
            // The other half may still have something to say.
            await Task.Delay(Timeout.Infinite, _ending.Token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is gone, and the line with it.
        }
    }
}
