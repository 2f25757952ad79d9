using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HvIntegration.Transport.Vsock;

/// <summary>The one call .NET does not make for AF_VSOCK: <c>socket()</c>.</summary>
internal static partial class VsockNative
{
    private const int AfVsock = 40;
    private const int SockStream = 1;
    private const int SockCloexec = 0x80000;

    /// <summary>A new stream socket, closed in child processes.</summary>
    /// <exception cref="SocketException">NativeErrorCode is the errno itself (97: no AF_VSOCK in this kernel).</exception>
    public static Socket Open()
    {
        int descriptor = OpenSocket(AfVsock, SockStream | SockCloexec, 0);
        if (descriptor < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }

        // The handle owns the descriptor from here, so it is closed with the socket and by nobody else.
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    // int socket(int domain, int type, int protocol): three ints in, one out, on every Linux ABI.
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);
}
