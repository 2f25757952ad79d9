using HvIntegration.Api.Contract;
using System.ComponentModel.DataAnnotations;

namespace HvIntegration.Api.Access;

/// <summary>Where the API listens, and what it asks of callers.</summary>
internal sealed class ApiOptions
{
    /// <summary>
    /// Loopback (<c>http://127.0.0.1:8787</c>), a Unix socket (<c>unix:///run/hvintegration/api.sock</c>), or any address of this machine
    /// with TLS and a token (<c>https://0.0.0.0:8787</c>).
    /// </summary>
    /// <value>Default http://127.0.0.1:8787. Port 0 takes a free one.</value>
    [Required]
    public string Url { get; set; } = ApiLocation.DefaultUrl;

    /// <summary>Certificate of an https address: PEM with <see cref="CertificateKeyFile"/>, or PKCS #12.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM private key; not set when the certificate's file holds it.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>File whose first line is the password of a PKCS #12 file; not set when it has none.</summary>
    public string? CertificatePasswordFile { get; set; }

    /// <summary>File whose first line is the token that every request must carry; 32 to 512 characters. Must not be readable by everybody.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Event streams that may be open at one time; more get 503.</summary>
    /// <value>1 to 1,024. Default 64.</value>
    [Range(1, 1024)]
    public int StreamsMax { get; set; } = 64;

    /// <summary>Connections to the API that one account of this machine, or one other machine, may have at one time; more are hung up on.</summary>
    /// <value>8 to 4,096. Default 256. Where the system does not tell the account (Windows), it is the bound of all accounts of this machine together.</value>
    [Range(8, 4096)]
    public int ConnectionsPerAccountMax { get; set; } = 256;

    /// <summary>Asks for a token on loopback too. Without <see cref="TokenFile"/> the broker makes one at its first start and keeps it beside its history.</summary>
    /// <value>Default false; the packages set true.</value>
    public bool RequireToken { get; set; }

    /// <summary>
    /// A second place at which the API listens, for the console of this machine: a Unix socket (<c>unix:///run/hvintegration/api.sock</c>), or a named
    /// pipe on Windows (<c>pipe://hvintegration-api</c>). Who can connect there needs no token: the owner, root and <see cref="SocketGroup"/>; on Windows
    /// administrators and the system.
    /// </summary>
    /// <value>Not set by default; the packages set it.</value>
    public string? Console { get; set; }

    /// <summary>Group whose members may connect to the API's Unix sockets.</summary>
    /// <value>Not set by default: the owner and root only.</value>
    public string? SocketGroup { get; set; }
}
