using System.Net;
using System.Net.Sockets;

namespace HvIntegration.EndToEndTests;

/// <summary>A way to a broker that stands still after the first bytes of each connection's answers: the rest never comes, and nothing says so.</summary>
internal sealed class StallingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _stalled = new(0);
    private readonly Uri _to;
    private readonly int _bytesMax;
    private readonly Task _accepting;

    /// <summary>Starts.</summary>
    /// <param name="to">The broker.</param>
    /// <param name="bytesMax">Bytes of its answers that get through on one connection.</param>
    public StallingRelay(Uri to, int bytesMax)
    {
        (_to, _bytesMax) = (to, bytesMax);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Address to ask instead of the broker's.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>Waits until one more connection stands still.</summary>
    public async Task StalledAsync(TimeSpan timeout) => Assert.True(await _stalled.WaitAsync(timeout, TestContext.Current.CancellationToken), "the answer is too short to stand still in");

    /// <summary>Ends every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
        _stalled.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        {
            using var broker = new TcpClient();
            await broker.ConnectAsync(_to.Host, _to.Port, _end.Token);
            // When the one who asked hangs up, so does this towards the broker.
            await Task.WhenAny(CopyAsync(client, broker, int.MaxValue), CopyAsync(broker, client, _bytesMax));
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, int bytesMax)
    {
        byte[] buffer = new byte[Math.Min(bytesMax, 16_384)];
        try
        {
            for (int left = bytesMax; left > 0;)
            {
                int read = await from.GetStream().ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)), _end.Token);
                if (read == 0)
                {
                    return;
                }

                left -= read;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }

            _stalled.Release();
            await Task.Delay(Timeout.Infinite, _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One of the two is gone.
        }
    }
}
