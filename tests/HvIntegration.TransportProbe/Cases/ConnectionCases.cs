using HvIntegration.Transport.Abstractions;
using static HvIntegration.TransportProbe.Cases.CaseFailedException;

namespace HvIntegration.TransportProbe.Cases;

/// <summary>The contract below HTTP.</summary>
internal static class ConnectionCases
{
    private const int BulkBytes = 4 * 1024 * 1024;
    private const int ManyConnections = 50;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    public static IReadOnlyList<TransportCase> All { get; } =
    [
        new("echo-4-mib", EchoBulkAsync),
        new("peer-is-the-address", PeerIsTheAddressAsync),
        new("zero-length-read-returns-at-once", ZeroLengthReadAsync),
        new("cancelled-accept-leaves-the-listener-usable", CancelAcceptAsync),
        new("cancelled-read-leaves-the-stream-usable", CancelReadAsync),
        new("cancelled-write-ends", CancelWriteAsync),
        new("cancelled-dial-ends", CancelDialAsync),
        new("half-close-leaves-the-other-direction", HalfCloseAsync),
        new("dispose-ends-a-pending-read", DisposeWithPendingReadAsync),
        new("peer-gone-reads-end-and-writes-fail", PeerGoneAsync),
        new("accept-after-unbind-is-null", AcceptAfterUnbindAsync),
        new("accept-pending-at-unbind-is-null", AcceptPendingAtUnbindAsync),
        new("accepted-connections-outlive-unbind", OutliveUnbindAsync),
        new("refused-dial-says-nobody-listens", RefusedDialAsync),
        new("second-listener-says-address-in-use", AddressInUseAsync),
        new("address-is-free-after-close", RebindAsync),
        new("fifty-connections-at-once", ManyAsync),
        new("thirty-reconnects-in-a-row", ReconnectsAsync),
    ];

    private static async Task<(TransportStream Dialler, AcceptedConnection Accepted)> ConnectAsync(TransportPlace place, ITransportListener listener)
    {
        var accepting = listener.AcceptAsync(CancellationToken.None).AsTask();
        var dialler = await place.DialAsync(listener.Address);
        return (dialler, await accepting ?? throw new CaseFailedException("accept gave null"));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task EchoBulkAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;
        var sent = Bytes(BulkBytes);
        var received = new byte[BulkBytes];

        var echo = Task.Run(async () =>
        {
            var buffer = new byte[65_536];
            for (int n; (n = await far.ReadAsync(buffer)) > 0;)
            {
                await far.WriteAsync(buffer.AsMemory(0, n));
            }

            ((TransportStream)far).CompleteWrites();
        });
        var writing = Task.Run(async () =>
        {
            await near.WriteAsync(sent);
            near.CompleteWrites();
        });
        await near.ReadExactlyAsync(received);
        await writing;
        await echo;

        Require(sent.AsSpan().SequenceEqual(received), "the bytes come back as they were sent");
        RequireEqual(0, await near.ReadAsync(new byte[1]), "read after the echo ended");
    }

    private static async Task PeerIsTheAddressAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;

        RequireEqual(place.PeerKey(listener.Address), accepted.Peer.Key, "peer key");
        RequireEqual(listener.Address.Kind, accepted.Peer.Kind, "peer kind");
        if (accepted.Peer.Kind == TransportKind.Vsock)
        {
            Require(accepted.Peer.Port is >= 512 and < 1024, $"a privileged peer port, found {accepted.Peer.Port}");
        }
    }

    private static async Task ZeroLengthReadAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;

        // Nothing is there to read: a stock network stream would wait here.
        RequireEqual(0, await near.ReadAsync(Memory<byte>.Empty), "zero-length read");
        await far.WriteAsync(new byte[] { 7 });
        RequireEqual(0, await near.ReadAsync(Memory<byte>.Empty), "zero-length read with data waiting");
        var one = new byte[4];
        RequireEqual(1, await near.ReadAsync(one), "bytes read");
        RequireEqual(7, one[0], "byte read");
    }

    private static async Task CancelAcceptAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        using var cancel = new CancellationTokenSource(Moment);
        await RequireThrowsAsync<OperationCanceledException>(() => listener.AcceptAsync(cancel.Token).AsTask(), "cancelled accept");

        var (dialler, accepted) = await ConnectAsync(place, listener);
        await dialler.DisposeAsync();
        await accepted.Stream.DisposeAsync();
    }

    private static async Task CancelReadAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;
        var buffer = new byte[8];
        using var cancel = new CancellationTokenSource(Moment);
        await RequireThrowsAsync<OperationCanceledException>(() => near.ReadAsync(buffer, cancel.Token).AsTask(), "cancelled read");

        await far.WriteAsync(Bytes(8));
        await near.ReadExactlyAsync(buffer);
        Require(buffer.AsSpan().SequenceEqual(Bytes(8)), "the bytes after a cancelled read are whole");
    }

    private static async Task CancelWriteAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        // Nobody reads, so what the buffers do not hold must wait.
        await RequireThrowsAsync<OperationCanceledException>(() => near.WriteAsync(new byte[16 * 1024 * 1024], cancel.Token).AsTask(), "cancelled write");
    }

    private static async Task CancelDialAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await RequireThrowsAsync<OperationCanceledException>(() => place.DialAsync(listener.Address, cancelled.Token), "cancelled dial");
    }

    private static async Task HalfCloseAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;
        var buffer = new byte[4];
        await near.WriteAsync(Bytes(4));
        near.CompleteWrites();

        await far.ReadExactlyAsync(buffer);
        RequireEqual(0, await far.ReadAsync(buffer), "read after half close");
        await far.WriteAsync(Bytes(4));
        await near.ReadExactlyAsync(buffer);
    }

    private static async Task DisposeWithPendingReadAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var far = accepted.Stream;
        var reading = dialler.ReadAsync(new byte[8]).AsTask();
        await Task.Delay(Moment);
        await dialler.DisposeAsync();

        // Shutdown comes first, so an end of data is as good as an error.
        try
        {
            RequireEqual(0, await reading, "pending read after dispose");
        }
        catch (IOException)
        {
        }
    }

    private static async Task PeerGoneAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await accepted.Stream.WriteAsync(Bytes(8));
        await accepted.Stream.DisposeAsync();

        var buffer = new byte[8];
        await near.ReadExactlyAsync(buffer);
        RequireEqual(0, await near.ReadAsync(buffer), "read after the peer went");
        await RequireThrowsAsync<IOException>(
            async () =>
            {
                // The first writes may still fit where nobody reads.
                for (int i = 0; i < 100; i++)
                {
                    await near.WriteAsync(buffer);
                    await Task.Delay(10);
                }
            },
            "write after the peer went");
    }

    private static async Task AcceptAfterUnbindAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        await listener.UnbindAsync();
        Require(await listener.AcceptAsync(CancellationToken.None) is null, "null from accept after unbind");
    }

    private static async Task AcceptPendingAtUnbindAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var accepting = listener.AcceptAsync(CancellationToken.None).AsTask();
        await Task.Delay(Moment);
        await listener.UnbindAsync();
        Require(await accepting is null, "null from the accept that waited at unbind");
    }

    private static async Task OutliveUnbindAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await using var near = dialler;
        await using var far = accepted.Stream;
        await listener.UnbindAsync();
        await near.WriteAsync(Bytes(8));
        await far.ReadExactlyAsync(new byte[8]);
    }

    private static async Task RefusedDialAsync(TransportPlace place)
    {
        var address = await place.NextFixedAddressAsync();
        var refusal = await RequireThrowsAsync<TransportException>(() => place.DialAsync(address), "dial of nobody");
        RequireEqual(TransportFailure.NobodyListens, refusal.Failure, "failure");
        Require(refusal.Message.Length > 0 && refusal.Remedy.Length > 0, "a sentence and a remedy");
    }

    private static async Task AddressInUseAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var refusal = await RequireThrowsAsync<TransportException>(() => place.ListenAsync(listener.Address), "second listener");
        RequireEqual(TransportFailure.AddressInUse, refusal.Failure, "failure");

        // The first one must not have been harmed.
        var (dialler, accepted) = await ConnectAsync(place, listener);
        await dialler.DisposeAsync();
        await accepted.Stream.DisposeAsync();
    }

    private static async Task RebindAsync(TransportPlace place)
    {
        var address = await place.NextFixedAddressAsync();
        for (int i = 0; i < 2; i++)
        {
            await using var listener = await place.ListenAsync(address);
            var (dialler, accepted) = await ConnectAsync(place, listener);
            await accepted.Stream.DisposeAsync();
            await dialler.DisposeAsync();
        }
    }

    private static async Task ManyAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        var serving = Task.WhenAll(Enumerable.Range(0, ManyConnections).Select(async _ =>
        {
            var accepted = await listener.AcceptAsync(CancellationToken.None) ?? throw new CaseFailedException("accept gave null");
            await using var far = accepted.Stream;
            var buffer = new byte[4];
            await far.ReadExactlyAsync(buffer);
            await far.WriteAsync(buffer);
            RequireEqual(0, await far.ReadAsync(buffer), "read after the dialler closed");
        }));
        var diallers = await Task.WhenAll(Enumerable.Range(0, ManyConnections).Select(async i =>
        {
            var near = await place.DialAsync(listener.Address);
            var buffer = new byte[4];
            await near.WriteAsync(BitConverter.GetBytes(i));
            await near.ReadExactlyAsync(buffer);
            RequireEqual(i, BitConverter.ToInt32(buffer), "answer");
            return near;
        }));
        foreach (var near in diallers)
        {
            await near.DisposeAsync();
        }

        await serving;
    }

    private static async Task ReconnectsAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        for (int i = 0; i < 30; i++)
        {
            var (dialler, accepted) = await ConnectAsync(place, listener);
            await accepted.Stream.WriteAsync(Bytes(4));
            await dialler.ReadExactlyAsync(new byte[4]);
            await dialler.DisposeAsync();
            await accepted.Stream.DisposeAsync();
        }
    }
}
