using System.Net;

namespace HvIntegration.HostBroker.Api;

/// <summary>Where the API is: loopback, a Unix socket, or an address of this machine behind TLS and a token.</summary>
/// <param name="EndPoint">IP end point; null for a Unix socket.</param>
/// <param name="SocketPath">Path of the Unix socket; null for an IP end point.</param>
/// <param name="Tls">Asks for TLS.</param>
internal sealed record ApiAddress(IPEndPoint? EndPoint, string? SocketPath, bool Tls)
{
    /// <summary>Reachable from this machine only.</summary>
    public bool IsLocal => EndPoint is null || IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">Not an address, or one off this machine without TLS; the message names the setting and the remedy.</exception>
    public static ApiAddress Parse(string text)
    {
        if (text.StartsWith("unix:///", StringComparison.Ordinal))
        {
            return new ApiAddress(null, text["unix://".Length..], false);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/" || uri.UserInfo.Length > 0)
        {
            throw new FormatException($"Api:Url is '{text}'; it must be http://127.0.0.1:<port>, https://<address>:<port> or unix:///<path>");
        }

        IPAddress? address = uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) ? parsed : null;
        if (address is null)
        {
            throw new FormatException($"Api:Url is '{text}'; name an IP address of this machine to listen at (0.0.0.0 for all of them), not a host name");
        }

        bool tls = uri.Scheme == Uri.UriSchemeHttps;
        if (!tls && !IPAddress.IsLoopback(address))
        {
            throw new FormatException(
                $"Api:Url is '{text}', which is not on loopback and not encrypted. Use {ApiOptions.DefaultUrl}, "
                + "or https:// with Api:CertificateFile and Api:TokenFile");
        }

        return new ApiAddress(new IPEndPoint(address, uri.Port), null, tls);
    }
}
