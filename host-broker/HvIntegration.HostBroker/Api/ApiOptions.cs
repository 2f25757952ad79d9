using System.ComponentModel.DataAnnotations;

namespace HvIntegration.HostBroker.Api;

/// <summary>Where the API listens, and what it asks of callers.</summary>
internal sealed class ApiOptions
{
    /// <summary>Default address, of the broker and of the commands that ask it.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8787";

    /// <summary>
    /// Loopback (<c>http://127.0.0.1:8787</c>), a Unix socket (<c>unix:///run/hvintegration/api.sock</c>), or any address of this machine
    /// with TLS and a token (<c>https://0.0.0.0:8787</c>).
    /// </summary>
    /// <value>Default http://127.0.0.1:8787. Port 0 takes a free one.</value>
    [Required]
    public string Url { get; set; } = DefaultUrl;

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
}
