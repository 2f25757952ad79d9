using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.HvSocket;
using HvIntegration.Transport.Vsock;

namespace HvIntegration.Transport.Tests;

/// <summary>The two address formats against bytes written by hand from the headers, and against foreign bytes.</summary>
public sealed class SocketAddressTests
{
    private const int FuzzRounds = 20_000;

    [Fact]
    public void Vsock_Serialize_IsSockaddrVm()
    {
        var bytes = Bytes(new VsockEndPoint(2, 0x48564900).Serialize());

        Assert.Equal("2800" + "0000" + "00495648" + "02000000" + "00" + "000000", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Vsock_AddressFamily_IsUnknownSoThatAsyncConnectWorks() =>
        Assert.Equal(AddressFamily.Unknown, new VsockEndPoint(2, 1).AddressFamily);

    [Fact]
    public void Vsock_Create_ReadsPortBeforeCid()
    {
        var address = new SocketAddress(AddressFamily.Unspecified, 16);
        Convert.FromHexString("28000000" + "09030000" + "03000000" + "00000000").CopyTo(address.Buffer);

        var peer = Assert.IsType<VsockEndPoint>(new VsockEndPoint(0, 0).Create(address));

        Assert.Equal((3u, 777u), (peer.Cid, peer.Port));
    }

    [Fact]
    public void HvSocket_Serialize_IsSockaddrHv()
    {
        var bytes = Bytes(new HvSocketEndPoint(HvSocketAddress.Parent, HvSocketAddress.TemplateService(0x48564900)).Serialize());

        Assert.Equal(
            "2200" + "0000" + "DA7C2EA43FD00C489CC2A4DE20ABB878" + "00495648CBFAE611BD5864006A7986D3",
            Convert.ToHexString(bytes));
    }

    [Fact]
    public void HvSocket_Create_ReadsGuidsInWindowsOrder()
    {
        var address = new SocketAddress(AddressFamily.Unspecified, 36);
        Convert.FromHexString("22000000" + "DA7C2EA43FD00C489CC2A4DE20ABB878" + "09030000CBFAE611BD5864006A7986D3").CopyTo(address.Buffer);

        var end = Assert.IsType<HvSocketEndPoint>(new HvSocketEndPoint(Guid.Empty, Guid.Empty).Create(address));

        Assert.Equal(HvSocketAddress.Parent, end.VmId);
        Assert.Equal(new PeerIdentity(TransportKind.HvSocket, "A42E7CDA-D03F-480C-9CC2-A4DE20ABB878", 777), HvSocketFamily.PeerOf(end));
    }

    [Fact]
    public void HvSocket_PeerWithServiceOfItsOwn_HasNoPort() =>
        Assert.Null(HvSocketFamily.PeerOf(new HvSocketEndPoint(HvSocketAddress.Parent, Guid.Parse("11111111-2222-3333-4444-555555555555"))).Port);

    [Fact]
    public void Create_ForeignBytes_EitherReadsThemBackOrRefuses()
    {
        var random = new Random(20_26);
        var vsock = new VsockEndPoint(0, 0);
        var hv = new HvSocketEndPoint(Guid.Empty, Guid.Empty);
        for (int i = 0; i < FuzzRounds; i++)
        {
            var bytes = new byte[random.Next(2, 65)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
            {
                bytes[0] = (byte)(random.Next(2) == 0 ? 40 : 34);
                bytes[1] = 0;
            }

            Check(vsock, bytes, VsockEndPoint.Size, 40);
            Check(hv, bytes, HvSocketEndPoint.Size, 34);
        }
    }

    [Fact]
    public void ConnectTimeval_SecondsAndMicroseconds() =>
        Assert.Equal("0A00000000000000" + "20A1070000000000", Convert.ToHexString(VsockFamily.ConnectTimeval(TimeSpan.FromSeconds(10.5))));

    private static void Check(EndPoint factory, byte[] bytes, int size, int family)
    {
        var address = new SocketAddress(AddressFamily.Unspecified, bytes.Length);
        bytes.CopyTo(address.Buffer);
        bool good = bytes.Length >= size && bytes[0] == family && bytes[1] == 0;
        if (!good)
        {
            Assert.Throws<ArgumentException>(() => factory.Create(address));
            return;
        }

        // What is not kept is what the format ignores: the reserved bytes, flags and what follows.
        var again = Bytes(factory.Create(address).Serialize());
        int end = family == 40 ? 12 : 36;
        Assert.Equal(bytes[4..end], again[4..end]);
    }

    private static byte[] Bytes(SocketAddress address) => address.Buffer.Span[..address.Size].ToArray();
}
