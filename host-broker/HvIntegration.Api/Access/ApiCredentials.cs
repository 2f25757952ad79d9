using HvIntegration.Api.Contract;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HvIntegration.Transport.Files;

namespace HvIntegration.Api.Access;

/// <summary>Certificate and token of the API, read anew when their files change.</summary>
/// <remarks>
/// Looked at when they are needed, at most every two seconds: no watcher that could be lost, nothing to do while nobody asks. Files that
/// cannot be used leave what was there before; a change of the files has them read again.
/// </remarks>
internal sealed partial class ApiCredentials
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly ApiOptions _options;
    private readonly bool _tls;
    private readonly string? _tokenFile;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile Held _held;
    private string _stamp;
    private long _looked;
    private ILogger? _logger;

    private ApiCredentials(ApiOptions options, bool tls, string? tokenFile, TimeProvider time)
    {
        _options = options;
        _tls = tls;
        _tokenFile = tokenFile;
        _time = time;
        _looked = time.GetTimestamp();
        _stamp = Stamp();
        _held = Read();
    }

    /// <summary>The certificate and the token in use.</summary>
    public Held Current
    {
        get
        {
            Look();
            return _held;
        }
    }

    /// <summary>Reads certificate and token from their files.</summary>
    /// <param name="options">Settings with the file names.</param>
    /// <param name="tls">A certificate is needed.</param>
    /// <param name="tokenFile">File of the token; null when none is asked for.</param>
    /// <param name="time">For the time between looks.</param>
    /// <exception cref="FormatException">A file cannot be used; the message names the setting and the remedy.</exception>
    public static ApiCredentials Load(ApiOptions options, bool tls, string? tokenFile, TimeProvider time) => new(options, tls, tokenFile, time);

    /// <summary>Takes the log once there is one.</summary>
    public void LogTo(ILogger logger) => _logger = logger;

    private void Look()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _looked)) < LookEvery || !_lock.TryEnter())
        {
            return;
        }

        try
        {
            Interlocked.Exchange(ref _looked, _time.GetTimestamp());
            string stamp = Stamp();
            if (stamp == _stamp)
            {
                return;
            }

            _stamp = stamp;

            // The certificate of before may still be in use by a handshake: it goes when nobody holds it.
            _held = Read();
            if (_logger is { } logger)
            {
                LogRead(logger);
            }
        }
        catch (FormatException e)
        {
            if (_logger is { } logger)
            {
                LogKept(logger, e.Message);
            }
        }
        finally
        {
            _lock.Exit();
        }
    }

    private string Stamp() => string.Join('|', Files().Select(TrustedFile.Stamp));

    private IEnumerable<string> Files()
    {
        string?[] files = _tls ? [_options.CertificateFile, _options.CertificateKeyFile, _options.CertificatePasswordFile, _tokenFile] : [_tokenFile];
        return files.OfType<string>();
    }

    private Held Read()
    {
        byte[]? token = _tokenFile is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(TokenFile.ReadAsBroker(_tokenFile)));
        return new Held(_tls ? ReadCertificate() : null, token);
    }

    private X509Certificate2 ReadCertificate()
    {
        string file = _options.CertificateFile!;
        try
        {
            bool pkcs12 = File.Exists(file) && X509Certificate2.GetCertContentType(file) == X509ContentType.Pkcs12;

            // A certificate is public; what holds the key or its password is not.
            bool keyElsewhere = !pkcs12 && _options.CertificateKeyFile is not null;
            Believed("Api:CertificateFile", file, secret: !keyElsewhere);
            if (pkcs12)
            {
                Believed("Api:CertificatePasswordFile", _options.CertificatePasswordFile, secret: true);
                return X509CertificateLoader.LoadPkcs12FromFile(file, _options.CertificatePasswordFile is { } password ? TokenFile.FirstLine(password) : null);
            }

            Believed("Api:CertificateKeyFile", _options.CertificateKeyFile, secret: true);
            using var pem = X509Certificate2.CreateFromPemFile(file, _options.CertificateKeyFile ?? file);
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

    private static void Believed(string setting, string? file, bool secret)
    {
        if (file is not null && TrustedFile.Fault(file, secret) is { } fault)
        {
            throw new FormatException($"{setting}: {fault}");
        }
    }

    [LoggerMessage(EventId = 2902, Level = LogLevel.Information, Message = "The certificate or token of the API changed and was reloaded")]
    private static partial void LogRead(ILogger logger);

    [LoggerMessage(EventId = 2903, Level = LogLevel.Error, Message = "The certificate or token of the API changed and cannot be used; the previous ones stay in use: {Fault}")]
    private static partial void LogKept(ILogger logger, string fault);

    /// <summary>Certificate and token of one read of the files.</summary>
    /// <param name="Certificate">Of an https address; else null.</param>
    /// <param name="TokenHash">SHA-256 of the token; null when none is asked for.</param>
    internal sealed record Held(X509Certificate2? Certificate, byte[]? TokenHash);
}
