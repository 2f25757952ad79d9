using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Vsock;

/// <summary>sockaddr_vm as .NET wants it.</summary>
/// <remarks>
/// 16 bytes: family (2, AF_VSOCK = 40, host order), reserved (2), port (4, host order), cid (4, host order), flags (1), zero (3).
/// The family reported is <see cref="AddressFamily.Unknown"/>, as the runtime calls an AF_VSOCK socket: with 40 every
/// asynchronous connect throws. Source: linux/vm_sockets.h.
/// </remarks>
internal sealed class VsockEndPoint(uint cid, uint port, AddressFamily family = AddressFamily.Unknown) : EndPoint
{
    public const int Size = 16;
    public const ushort AfVsock = 40;

    public uint Cid => cid;

    public uint Port => port;

    /// <summary>What the wrapped socket calls its family, so that a runtime that learns AF_VSOCK keeps working.</summary>
    public override AddressFamily AddressFamily => family;

    public override SocketAddress Serialize()
    {
        // SocketAddress refuses families it does not know, so the two family bytes are written afterwards.
        var address = new SocketAddress(AddressFamily.Unspecified, Size);
        Write(address.Buffer.Span, cid, port);
        return address;
    }

    public override EndPoint Create(SocketAddress socketAddress)
    {
        ArgumentNullException.ThrowIfNull(socketAddress);
        var bytes = socketAddress.Buffer.Span[..socketAddress.Size];
        if (!TryRead(bytes, out uint peerCid, out uint peerPort))
        {
            throw new ArgumentException($"not an AF_VSOCK address: {socketAddress.Size} bytes", nameof(socketAddress));
        }

        return new VsockEndPoint(peerCid, peerPort, family);
    }

    /// <summary>Writes the 16 bytes of a sockaddr_vm.</summary>
    public static void Write(Span<byte> bytes, uint cid, uint port)
    {
        bytes[..Size].Clear();
        WriteNative16(bytes, AfVsock);
        WriteNative32(bytes[4..], port);
        WriteNative32(bytes[8..], cid);
    }

    /// <summary>Reads a sockaddr_vm; false when too short or of another family.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out uint cid, out uint port)
    {
        cid = 0;
        port = 0;
        if (bytes.Length < Size || ReadNative16(bytes) != AfVsock)
        {
            return false;
        }

        port = ReadNative32(bytes[4..]);
        cid = ReadNative32(bytes[8..]);
        return true;
    }

    public override bool Equals(object? obj) => obj is VsockEndPoint other && other.Cid == cid && other.Port == port;

    public override int GetHashCode() => HashCode.Combine(cid, port);

    public override string ToString() => new VsockAddress(cid, port).ToString();

    private static ushort ReadNative16(ReadOnlySpan<byte> bytes) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint ReadNative32(ReadOnlySpan<byte> bytes) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private static void WriteNative16(Span<byte> bytes, ushort value)
    {
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        }
    }

    private static void WriteNative32(Span<byte> bytes, uint value)
    {
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
    }
}
