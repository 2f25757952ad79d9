using HvIntegration.Api.Contract;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HvIntegration.Api.Access;

/// <summary>Where the API is: loopback, a Unix socket, a named pipe, or an address of this machine behind TLS and a token.</summary>
/// <param name="EndPoint">IP end point; null for a socket or a pipe.</param>
/// <param name="SocketPath">Path of the Unix socket; null for the others.</param>
/// <param name="PipeName">Name of the pipe; null for the others.</param>
/// <param name="Tls">Whether the address requires TLS.</param>
internal sealed record ApiAddress(IPEndPoint? EndPoint, string? SocketPath, string? PipeName, bool Tls)
{
    private const int PipeNameMax = 200;

    /// <summary>Reachable from this machine only.</summary>
    public bool IsLocal => EndPoint is null || IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>The address of the API of a server that has started, with the port that was taken.</summary>
    /// <remarks>Kestrel also lists where agents come in; only the API's own address counts.</remarks>
    public static string Bound(IServer server, string asked)
    {
        if (Parse(asked).EndPoint is not { } endPoint)
        {
            return asked;
        }

        return server.Features.Get<IServerAddressesFeature>()!.Addresses
            .First(a => Uri.TryCreate(a, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && address.Equals(endPoint.Address)
                && (endPoint.Port == 0 || uri.Port == endPoint.Port));
    }

    /// <summary>Parses an address of the API and checks it.</summary>
    /// <exception cref="FormatException">Not an address, or one off this machine without TLS; the message names the setting and the remedy.</exception>
    public static ApiAddress Parse(string text)
    {
        if (SocketOf(text) is { } socket)
        {
            return socket;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/" || uri.UserInfo.Length > 0)
        {
            throw new FormatException($"Api:Url is '{text}'. Use http://127.0.0.1:<port>, https://<address>:<port> or unix:///<path>");
        }

        IPAddress? address = uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) ? parsed : null;
        if (address is null)
        {
            throw new FormatException($"Api:Url is '{text}'. Use an IP address of this machine (0.0.0.0 for all of them), not a host name");
        }

        bool tls = uri.Scheme == Uri.UriSchemeHttps;
        if (!tls && !IPAddress.IsLoopback(address))
        {
            throw new FormatException(
                $"Api:Url is '{text}', which is not on loopback and not encrypted. Use {ApiLocation.DefaultUrl}, "
                + "or https:// with Api:CertificateFile and Api:TokenFile");
        }

        return new ApiAddress(new IPEndPoint(address, uri.Port), null, null, tls);
    }

    /// <summary>Reads the address at which the console comes in.</summary>
    /// <exception cref="FormatException">Not one of this system; the message names the setting and the remedy.</exception>
    public static ApiAddress ParseConsole(string text)
    {
        if (text.StartsWith(ApiLocation.PipeScheme, StringComparison.Ordinal) && text[ApiLocation.PipeScheme.Length..] is { Length: > 0 and < PipeNameMax } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
        {
            return OperatingSystem.IsWindows()
                ? new ApiAddress(null, null, name, false)
                : throw new FormatException($"Api:Console is '{text}'. Named pipes work on Windows only; use unix:///<path>");
        }

        return SocketOf(text) ?? throw new FormatException($"Api:Console is '{text}'. Use unix:///<path>, or pipe://<name> on Windows");
    }

    private static ApiAddress? SocketOf(string text) =>
        text.StartsWith(ApiLocation.UnixScheme + "/", StringComparison.Ordinal) ? new ApiAddress(null, text[ApiLocation.UnixScheme.Length..], null, false) : null;
}
