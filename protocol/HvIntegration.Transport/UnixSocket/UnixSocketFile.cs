using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Files;

namespace HvIntegration.Transport.UnixSocket;

/// <summary>The file of a Unix-domain socket: who may open it, and what to do with one that was left behind.</summary>
public static class UnixSocketFile
{
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
                "use another path, or remove the file");
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
            return PathStatus.Read(path, follow: false) is { Type: PathStatus.Socket };
        }

        // Elsewhere .NET does not tell a socket from a file; a socket at least holds no data.
        var file = new FileInfo(path);
        return file.Exists && file.Length == 0;
    }
}
