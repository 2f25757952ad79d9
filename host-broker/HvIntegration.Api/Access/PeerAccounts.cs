using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HvIntegration.Api.Access;

/// <summary>Finds the account that owns the other end of a connection from this machine; Linux tells it, others do not.</summary>
internal static partial class PeerAccounts
{
    // linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h: numbers of the kernel's interface, the same on every architecture.
    private const int AddressFamilyNetlink = 16;
    private const int TypeDatagramCloseOnExec = 2 | 0x80000;
    private const int ProtocolSocketDiagnosis = 4;
    private const ushort SocketDiagnosisByFamily = 20;
    private const ushort FlagRequest = 1;
    private const int HeaderBytes = 16;
    private const int RequestBytes = 56;
    private const int AnswerBytes = 72;
    private const int SourceOffset = 12;
    private const int DestinationOffset = 28;
    private const int UserOffset = 64;
    private const int InodeOffset = 68;
    private const byte FamilyInet = 2;
    private const byte FamilyInet6 = 10;
    private const int LevelSocket = 1;
    private const int OptionPeerCredentials = 17;
    private const int CredentialBytes = 12;

    private static readonly byte[] NoCookie = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(1);

    /// <summary>The account that opened the other end of a TCP connection within this machine; null when the system does not tell.</summary>
    /// <param name="local">Address of the local end.</param>
    /// <param name="remote">Address of the remote end.</param>
    public static uint? OfTcp(IPEndPoint local, IPEndPoint remote) =>
        OperatingSystem.IsLinux() && Plain(remote.Address) is var from && Plain(local.Address) is var to && from.AddressFamily == to.AddressFamily
            ? AskKernel(new IPEndPoint(from, remote.Port), new IPEndPoint(to, local.Port))
            : null;

    /// <summary>The account that connected to a Unix socket; null when the system does not tell.</summary>
    public static uint? OfUnix(Socket accepted)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            Span<byte> credentials = stackalloc byte[CredentialBytes];
            return accepted.GetRawSocketOption(LevelSocket, OptionPeerCredentials, credentials) == CredentialBytes ? MemoryMarshal.Read<uint>(credentials[4..]) : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null; // gone already
        }
    }

    // The kernel finds one connection by its four numbers. Reading /proc/net/tcp instead costs as much as the host has connections, for each
    // one that comes: who opens many would slow the others down. What somebody closed already belongs to nobody (it has no inode), and the
    // kernel then says root: that is no answer.
    private static uint? AskKernel(IPEndPoint source, IPEndPoint destination)
    {
        var request = new byte[HeaderBytes + RequestBytes];
        MemoryMarshal.Write(request.AsSpan(0), (uint)request.Length);
        MemoryMarshal.Write(request.AsSpan(4), SocketDiagnosisByFamily);
        MemoryMarshal.Write(request.AsSpan(6), FlagRequest);
        Span<byte> body = request.AsSpan(HeaderBytes);
        body[0] = source.AddressFamily == AddressFamily.InterNetwork ? FamilyInet : FamilyInet6;
        body[1] = (byte)ProtocolType.Tcp;
        MemoryMarshal.Write(body[4..], uint.MaxValue);
        BinaryPrimitives.WriteUInt16BigEndian(body[8..], (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(body[10..], (ushort)destination.Port);
        source.Address.TryWriteBytes(body[SourceOffset..], out _);
        destination.Address.TryWriteBytes(body[DestinationOffset..], out _);
        NoCookie.CopyTo(body[(RequestBytes - NoCookie.Length)..]);

        int descriptor = OpenSocket(AddressFamilyNetlink, TypeDatagramCloseOnExec, ProtocolSocketDiagnosis);
        if (descriptor < 0)
        {
            return null;
        }

        try
        {
            using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            socket.ReceiveTimeout = (int)AnswerMax.TotalMilliseconds;
            if (socket.Send(request) != request.Length)
            {
                return null;
            }

            var answer = new byte[4 * 1024];
            int length = socket.Receive(answer);
            var told = answer.AsSpan(HeaderBytes);
            return length >= HeaderBytes + AnswerBytes && MemoryMarshal.Read<ushort>(answer.AsSpan(4)) == SocketDiagnosisByFamily
                && MemoryMarshal.Read<uint>(told[InodeOffset..]) != 0
                ? MemoryMarshal.Read<uint>(told[UserOffset..])
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // .NET's own Socket knows no netlink family by which it could be made.
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);
}
