using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HvIntegration.Transport.UnixSocket;

/// <summary>The file of a Unix-domain socket: who may open it, and what to do with one that was left behind.</summary>
internal static partial class UnixSocketFile
{
    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint MaskType = 1;
    private const int StatxSize = 256;
    private const int ModeOffset = 28;
    private const ushort TypeMask = 0xF000;
    private const ushort TypeSocket = 0xC000;

    /// <summary>Removes the file when it is a socket nobody listens on.</summary>
    /// <exception cref="TransportException">Somebody listens, or the file is no socket.</exception>
    public static void RemoveStale(UnixAddress address)
    {
        if (!Path.Exists(address.Path) && new FileInfo(address.Path).LinkTarget is null)
        {
            return;
        }

        if (!IsSocket(address.Path))
        {
            throw new TransportException(
                TransportFailure.AddressInUse,
                $"{address.Path} exists and is not a socket",
                "choose another path, or remove the file yourself");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        probe.Blocking = false;
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(address.Path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(address.Path);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return; // gone in the meantime
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.WouldBlock)
        {
            throw UnixSocketFaults.Explain(e, address, Sockets.SocketStep.Listen);
        }

        // Connected, or the backlog is full: somebody is there.
        throw UnixSocketFaults.InUse(address, null);
    }

    /// <summary>Owner only, before the first connection can come.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static bool IsSocket(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            Span<byte> status = stackalloc byte[StatxSize];
            status.Clear();
            return Statx(AtCurrentFolder, path, NoFollow, MaskType, ref MemoryMarshal.GetReference(status)) == 0
                && (MemoryMarshal.Read<ushort>(status[ModeOffset..]) & TypeMask) == TypeSocket;
        }

        // Elsewhere .NET does not tell a socket from a file; a socket at least holds no data.
        var file = new FileInfo(path);
        return file.Exists && file.Length == 0;
    }

    // int statx(int, const char *, int, unsigned, struct statx *): struct statx is 256 bytes with stx_mode (16 bits) at
    // 28 on every ABI (linux/stat.h), which stat's own structure is not. The buffer outlives the call: it is on the stack.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}
