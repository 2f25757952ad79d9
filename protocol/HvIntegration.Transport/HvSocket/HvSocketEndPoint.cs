using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.HvSocket;

/// <summary>SOCKADDR_HV as .NET wants it.</summary>
/// <remarks>
/// 36 bytes: family (2, AF_HYPERV = 34), reserved (2), VmId (16), ServiceId (16), GUIDs in Windows memory order.
/// Source: hvsocket.h of the Windows SDK. Windows is little-endian on every processor it runs on.
/// </remarks>
internal sealed class HvSocketEndPoint(Guid vmId, Guid serviceId) : EndPoint
{
    public const int Size = 36;
    public const AddressFamily Family = (AddressFamily)34;

    public Guid VmId => vmId;

    public Guid ServiceId => serviceId;

    public override AddressFamily AddressFamily => Family;

    public override SocketAddress Serialize()
    {
        // The family is written by hand: off Windows SocketAddress refuses one it does not know.
        var address = new SocketAddress(OperatingSystem.IsWindows() ? Family : AddressFamily.Unspecified, Size);
        Write(address.Buffer.Span, vmId, serviceId);
        return address;
    }

    public override EndPoint Create(SocketAddress socketAddress)
    {
        ArgumentNullException.ThrowIfNull(socketAddress);
        return TryRead(socketAddress.Buffer.Span[..socketAddress.Size], out var vm, out var service)
            ? new HvSocketEndPoint(vm, service)
            : throw new ArgumentException($"not an AF_HYPERV address: {socketAddress.Size} bytes", nameof(socketAddress));
    }

    /// <summary>Writes the 36 bytes of a SOCKADDR_HV.</summary>
    public static void Write(Span<byte> bytes, Guid vmId, Guid serviceId)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)Family);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], 0);
        vmId.TryWriteBytes(bytes[4..]);
        serviceId.TryWriteBytes(bytes[20..]);
    }

    /// <summary>Reads a SOCKADDR_HV; false when too short or of another family.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Guid vmId, out Guid serviceId)
    {
        vmId = Guid.Empty;
        serviceId = Guid.Empty;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != (ushort)Family)
        {
            return false;
        }

        vmId = new Guid(bytes.Slice(4, 16));
        serviceId = new Guid(bytes.Slice(20, 16));
        return true;
    }

    public override bool Equals(object? obj) => obj is HvSocketEndPoint other && other.VmId == vmId && other.ServiceId == serviceId;

    public override int GetHashCode() => HashCode.Combine(vmId, serviceId);

    public override string ToString() => new HvSocketAddress(vmId, serviceId).ToString();
}
