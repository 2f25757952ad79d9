using HvIntegration.Protocol.V1;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using HvIntegration.TransportProbe.Cases;
using HvIntegration.TransportProbe.Grpc;
using static HvIntegration.TransportProbe.Cases.CaseFailedException;

namespace HvIntegration.TransportProbe.Vm;

/// <summary>The guest's side of a real virtual machine boundary, through the driver's presence check and a privileged port.</summary>
internal static class BoundaryClient
{
    private const int BulkBytes = 1024 * 1024;
    private const int Batches = 50;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    public static async Task<int> RunAsync(TransportAddress address)
    {
        var vsock = (VsockAddress)address;
        var transport = Transports.For(vsock, new TransportOptions { ConnectTimeout = TimeSpan.FromSeconds(10) });
        using var place = new VsockPlace(vsock.Cid, vsock.Cid);
        return await CaseRunner.RunAsync(
            [
                new("boundary-echo", _ => EchoAsync(transport, vsock with { Port = vsock.Port + 1 })),
                new("boundary-refused-dial-says-nobody-listens", _ => RefusedAsync(transport, vsock with { Port = vsock.Port + 2 })),
                new("boundary-grpc-duplex", _ => DuplexAsync(transport, vsock)),
                new("boundary-grpc-idle", _ => IdleAsync(transport, vsock)),
            ],
            place);
    }

    private static async Task EchoAsync(ITransport transport, VsockAddress address)
    {
        await using var near = (TransportStream)await transport.DialAsync(address, CancellationToken.None);
        var sent = new byte[BulkBytes];
        new Random(1).NextBytes(sent);
        var received = new byte[BulkBytes];
        var writing = Task.Run(async () =>
        {
            await near.WriteAsync(sent);
            near.CompleteWrites();
        });
        await near.ReadExactlyAsync(received);
        await writing;
        Require(sent.AsSpan().SequenceEqual(received), "the bytes come back as they were sent");
    }

    private static async Task RefusedAsync(ITransport transport, VsockAddress address)
    {
        var refusal = await RequireThrowsAsync<TransportException>(() => transport.DialAsync(address, CancellationToken.None), "dial of nobody");
        RequireEqual(TransportFailure.NobodyListens, refusal.Failure, "failure");
    }

    private static async Task DuplexAsync(ITransport transport, VsockAddress address)
    {
        using var client = new ProbeClient(transport, address);
        using var call = await client.OpenAsync(Deadline);
        Console.WriteLine($"SEEN {(await call.ResponseHeadersAsync).GetValue(ProbeTelemetryService.PeerHeader)}");
        for (ulong i = 1; i <= Batches; i++)
        {
            RequireEqual(i, await ProbeClient.SendAsync(call, new SampleBatch { Sequence = i }), "acknowledged");
        }
    }

    private static async Task IdleAsync(ITransport transport, VsockAddress address)
    {
        using var client = new ProbeClient(transport, address);
        using var call = await client.OpenAsync(Deadline);
        await Task.Delay(TimeSpan.FromSeconds(3));
        RequireEqual(1UL, await ProbeClient.SendAsync(call, new SampleBatch { Sequence = 1 }), "acknowledged after the idle time");
    }
}
