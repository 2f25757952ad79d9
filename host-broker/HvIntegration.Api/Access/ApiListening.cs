using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Files;
using HvIntegration.Transport.UnixSocket;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HvIntegration.Api.Access;

/// <summary>Where the API listens, and who may connect there.</summary>
internal static partial class ApiListening
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const uint KeepUser = uint.MaxValue;

    /// <summary>Sets up what its sockets and pipes are made of.</summary>
    public static void UseTransports(IWebHostBuilder web, ApiOptions options)
    {
        web.UseSockets(sockets => sockets.CreateBoundListenSocket = endPoint => endPoint is UnixDomainSocketEndPoint unix
            ? BindUnix(unix, options.SocketGroup)
            : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint));
        if (OperatingSystem.IsWindows())
        {
            UsePipes(web);
        }
    }

    /// <summary>Listens at both of its places.</summary>
    /// <param name="kestrel">Options of the web server.</param>
    /// <param name="security">Certificates, tokens and their files.</param>
    /// <param name="budget">Admits or rejects connections.</param>
    /// <param name="handshakeMax">Maximum duration of a TLS handshake.</param>
    public static void Listen(KestrelServerOptions kestrel, ApiSecurity security, ConnectionBudget budget, TimeSpan handshakeMax)
    {
        Listen(kestrel, security.Address, isConsole: false);
        if (security.Console is { } console)
        {
            Listen(kestrel, console, isConsole: true);
        }

        void Listen(KestrelServerOptions kestrel, ApiAddress address, bool isConsole)
        {
            if (address.EndPoint is { } endPoint)
            {
                kestrel.Listen(endPoint, Serve);
            }
            else if (address.PipeName is { } pipe && OperatingSystem.IsWindows())
            {
                kestrel.ListenNamedPipe(pipe, Serve);
            }
            else
            {
                kestrel.ListenUnixSocket(address.SocketPath!, Serve);
            }

            void Serve(ListenOptions listen)
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => budget.ServeAsync(connection, isConsole, next));
                if (address.Tls)
                {
                    listen.UseHttps(https =>
                    {
                        https.HandshakeTimeout = handshakeMax;
                        https.ServerCertificateSelector = (_, _) => security.Certificate;
                    });
                }
            }
        }
    }

    // The rights stand before anybody can connect: between bind and listen.
    private static Socket BindUnix(UnixDomainSocketEndPoint endPoint, string? group)
    {
        string path = endPoint.ToString()!;
        if (TrustedFile.PlaceFault(path) is { } fault)
        {
            throw new IOException($"the socket of the API: {fault}.");
        }

        try
        {
            UnixSocketFile.RemoveStale(new UnixAddress(path));
        }
        catch (TransportException e)
        {
            throw new IOException($"{e.Message}: {e.Remedy}.", e);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
            {
                Give(path, group);
            }

            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"the API cannot listen at {path}: {e.Message}. Its folder must exist and belong to the account of the broker.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Give(string path, string? group)
    {
        if (group is not { Length: > 0 })
        {
            File.SetUnixFileMode(path, OwnerOnly);
            return;
        }

        if (UnixGroups.Find(group) is not { } number)
        {
            throw new IOException($"Api:SocketGroup is '{group}', and /etc/group has no such group. Run groupadd --system {group}, or remove the setting.");
        }

        if (ChangeOwner(path, KeepUser, number) != 0)
        {
            throw new IOException(
                $"Api:SocketGroup is '{group}', and this account cannot assign {path} to it ({Marshal.GetLastPInvokeErrorMessage()}). The account must be a member of the group.");
        }

        File.SetUnixFileMode(path, OwnerAndGroup);
    }

    [SupportedOSPlatform("windows")]
    private static void UsePipes(IWebHostBuilder web) => web.UseNamedPipes(pipes =>
    {
        // Windows itself tells who opens it. Who makes it may always use it: else no second instance of it could be made.
        var security = new PipeSecurity();
        foreach (var who in WindowsAccounts.Trusted)
        {
            security.AddAccessRule(new PipeAccessRule(who, PipeAccessRights.FullControl, AccessControlType.Allow));
        }

        // hvi looks at the owner before it tells or believes anything.
        security.SetOwner(WindowsAccounts.Own);
        pipes.CurrentUserOnly = false;
        pipes.PipeSecurity = security;
    });

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
