using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HvIntegration.HostBroker.Api;

/// <summary>What guards the API: certificate and token, read once at start.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Certificate">Of an https address; else null.</param>
/// <param name="TokenHash">SHA-256 of the token; null when none is asked for.</param>
internal sealed record ApiSecurity(ApiAddress Address, X509Certificate2? Certificate, byte[]? TokenHash)
{
    private const int TokenMin = 32;
    private const int TokenMax = 512;

    /// <summary>Reads the address and the files the settings name.</summary>
    /// <exception cref="FormatException">A setting is missing or its file cannot be used; the message names the setting and the remedy.</exception>
    public static ApiSecurity Load(ApiOptions options)
    {
        var address = ApiAddress.Parse(options.Url);
        if (address.Tls && options.CertificateFile is null)
        {
            throw new FormatException($"Api:CertificateFile is not set, and Api:Url is '{options.Url}': https needs a certificate, as PEM or PKCS #12");
        }

        if (!address.IsLocal && options.TokenFile is null)
        {
            throw new FormatException(
                $"Api:TokenFile is not set, and Api:Url is '{options.Url}', which other machines reach: "
                + "name a file that holds a token of 32 characters or more, readable by the broker only");
        }

        return new ApiSecurity(address, address.Tls ? LoadCertificate(options) : null, options.TokenFile is { } file ? SHA256.HashData(Encoding.UTF8.GetBytes(ReadToken(file))) : null);
    }

    /// <summary>True when the header carries the token, as <c>Bearer</c> or as the password of <c>Basic</c>; the time it takes says nothing.</summary>
    public bool Admits(string? authorization)
    {
        if (TokenHash is null)
        {
            return true;
        }

        string given = "";
        if (authorization?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true)
        {
            given = authorization["Bearer ".Length..].Trim();
        }
        else if (authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) == true && authorization.Length < 4 * TokenMax)
        {
            var bytes = new byte[authorization.Length];
            if (Convert.TryFromBase64String(authorization["Basic ".Length..].Trim(), bytes, out int written))
            {
                string pair = Encoding.UTF8.GetString(bytes, 0, written);
                given = pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
            }
        }

        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), TokenHash);
    }

    /// <summary>Reads a token file, for the broker and for the commands that ask it.</summary>
    /// <exception cref="FormatException">It cannot be read, or holds no token; the message names the file.</exception>
    public static string ReadToken(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0)
            {
                throw new FormatException($"Api:TokenFile '{file}' can be read by everybody on this machine: chmod 600 it");
            }

            string token = FirstLine(file);
            return token.Length is >= TokenMin and <= TokenMax
                ? token
                : throw new FormatException($"Api:TokenFile '{file}' holds a token of {token.Length} characters in its first line; it must be {TokenMin} to {TokenMax}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"Api:TokenFile '{file}' cannot be read: {e.Message}", e);
        }
    }

    private static string FirstLine(string file)
    {
        using var reader = new StreamReader(file);
        return (reader.ReadLine() ?? "").Trim();
    }

    private static X509Certificate2 LoadCertificate(ApiOptions options)
    {
        string file = options.CertificateFile!;
        try
        {
            if (X509Certificate2.GetCertContentType(file) == X509ContentType.Pkcs12)
            {
                return X509CertificateLoader.LoadPkcs12FromFile(file, options.CertificatePasswordFile is { } password ? FirstLine(password) : null);
            }

            using var pem = X509Certificate2.CreateFromPemFile(file, options.CertificateKeyFile ?? file);
            // Schannel takes no key that lives in memory only; a round trip through PKCS #12 gives it one it takes.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException(
                $"Api:CertificateFile '{file}' cannot be used: {e.Message} It must be PEM (its key in the same file or in Api:CertificateKeyFile) "
                + "or PKCS #12 (its password in the first line of Api:CertificatePasswordFile)", e);
        }
    }
}
