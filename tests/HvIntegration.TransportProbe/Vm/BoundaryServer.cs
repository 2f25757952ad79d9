using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using HvIntegration.TransportProbe.Grpc;

namespace HvIntegration.TransportProbe.Vm;

/// <summary>The host's side of a real virtual machine boundary.</summary>
internal static class BoundaryServer
{
    /// <summary>Port of the wire; the next one echoes bytes, the one after it has no listener.</summary>
    public const uint Port = 7_777;

    /// <summary>Serves until the process is ended.</summary>
    public static async Task<int> RunAsync(TransportAddress address)
    {
        var vsock = (VsockAddress)address;
        var transport = Transports.For(address);
        await using var server = await ProbeServer.StartAsync(transport, vsock);
        await using var raw = await transport.ListenAsync(vsock with { Port = vsock.Port + 1 }, CancellationToken.None);
        Console.WriteLine($"READY {address}");
        while (await raw.AcceptAsync(CancellationToken.None) is { } accepted)
        {
            Console.WriteLine($"PEER {accepted.Peer.Key} {accepted.Peer.Port}");
            _ = EchoAsync(accepted.Stream);
        }

        return 0;
    }

    private static async Task EchoAsync(Stream stream)
    {
        await using (stream)
        {
            try
            {
                var buffer = new byte[65_536];
                for (int n; (n = await stream.ReadAsync(buffer)) > 0;)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, n));
                }
            }
            catch (IOException)
            {
                // The guest went.
            }
        }
    }
}
