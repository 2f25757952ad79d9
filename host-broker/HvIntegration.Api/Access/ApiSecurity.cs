using HvIntegration.Api.Contract;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HvIntegration.Api.Access;

/// <summary>What guards the API: where it listens, its certificate and token, and who may not try tokens for a while.</summary>
internal sealed partial class ApiSecurity
{
    private const int BasicMax = 4 * TokenFile.TokenMax;

    private readonly ApiCredentials _credentials;

    private ApiSecurity(ApiAddress address, ApiAddress? console, ApiCredentials credentials, TimeProvider time)
    {
        Address = address;
        Console = console;
        _credentials = credentials;
        WrongTokens = new WrongTokens(time);
        Sessions = new DashboardSessions(time);
    }

    /// <summary>Where it listens for everybody who has the token, if one is asked for.</summary>
    public ApiAddress Address { get; }

    /// <summary>Where the console of this machine comes in: who can connect there needs no token. Null for nowhere.</summary>
    public ApiAddress? Console { get; }

    /// <summary>Who sent wrong tokens.</summary>
    public WrongTokens WrongTokens { get; }

    /// <summary>How browsers stay logged in.</summary>
    public DashboardSessions Sessions { get; }

    /// <summary>A token is asked for at <see cref="Address"/>.</summary>
    public bool AsksForToken => _credentials.Current.TokenHash is not null;

    /// <summary>Certificate that holds now; null without TLS.</summary>
    public X509Certificate2? Certificate => _credentials.Current.Certificate;

    /// <summary>Reads the addresses and the files the settings name.</summary>
    /// <param name="options">Settings of the broker.</param>
    /// <param name="time">For waits and the ends of logins.</param>
    /// <param name="makeToken">Makes the broker's own token where one is asked for and no file is named; a mere check of the settings does not.</param>
    /// <exception cref="FormatException">A setting is missing or its file cannot be used; the message names the setting and the remedy.</exception>
    public static ApiSecurity Load(ApiOptions options, TimeProvider time, bool makeToken)
    {
        var address = ApiAddress.Parse(options.Url);
        var console = options.Console is { Length: > 0 } text ? ApiAddress.ParseConsole(text) : null;
        if (address.Tls && options.CertificateFile is null)
        {
            throw new FormatException($"Api:CertificateFile is not set, and Api:Url is '{options.Url}': https requires a certificate, PEM or PKCS #12");
        }

        string? token = options.TokenFile is { Length: > 0 } file ? file : null;
        if (!address.IsLocal && token is null && !options.RequireToken)
        {
            throw new FormatException(
                $"Api:TokenFile is not set, and Api:Url is '{options.Url}', which other machines reach: "
                + "set it to a file with a token of 32 characters or more, readable by the broker only, or set Api:RequireToken to create one");
        }

        if (token is null && options.RequireToken && makeToken)
        {
            token = TokenFile.Default;
            TokenFile.Make(token);
        }

        return new ApiSecurity(address, console, ApiCredentials.Load(options, address.Tls, token, time), time);
    }

    /// <summary>Takes the log once there is one, and says at once what an administrator must know.</summary>
    public void LogTo(ILogger<ApiSecurity> logger)
    {
        _credentials.LogTo(logger);
        WrongTokens.LogTo(logger);
        if (Address.EndPoint is { } endPoint && !AsksForToken)
        {
            LogOpen(logger, endPoint.ToString());
        }
    }

    /// <summary>Judges what a request brings to be let in.</summary>
    /// <param name="peer">The peer that sent the request.</param>
    /// <param name="request">Its headers are looked at.</param>
    public Admission Judge(ApiPeer peer, HttpRequest request)
    {
        if (_credentials.Current.TokenHash is not { } hash || peer.IsAdmitted)
        {
            return new Admission(AdmissionKind.Admitted, TimeSpan.Zero);
        }

        if (request.Headers.Authorization.ToString() is { Length: > 0 } authorization)
        {
            return JudgeToken(peer, TokenOf(authorization));
        }

        var left = Sessions.Left(request.Cookies[DashboardSessions.Cookie], hash, peer);
        return left > TimeSpan.Zero ? new Admission(AdmissionKind.Session, left) : new Admission(AdmissionKind.None, TimeSpan.Zero);
    }

    /// <summary>Judges a token; a wrong one counts against who sent it.</summary>
    public Admission JudgeToken(ApiPeer peer, string token) =>
        Attempt(peer, () => _credentials.Current.TokenHash is { } hash && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), hash));

    /// <summary>Judges a code of <c>hvi dashboard</c>; a wrong one counts like a wrong token.</summary>
    public Admission JudgeCode(ApiPeer peer, string code) => Attempt(peer, () => Sessions.TakeCode(code));

    /// <summary>Gives a browser that was let in its cookie.</summary>
    public void GiveCookie(HttpContext context, ApiPeer peer)
    {
        if (_credentials.Current.TokenHash is { } hash)
        {
            context.Response.Cookies.Append(DashboardSessions.Cookie, Sessions.Give(hash, peer), new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = Address.Tls,
                Path = "/",
                MaxAge = DashboardSessions.Lifetime,
                IsEssential = true,
            });
        }
    }

    private Admission Attempt(ApiPeer peer, Func<bool> isRight)
    {
        var wait = WrongTokens.Wait(peer);
        if (wait > TimeSpan.Zero)
        {
            return new Admission(AdmissionKind.HeldBack, wait);
        }

        if (isRight())
        {
            WrongTokens.Right(peer);
            return new Admission(AdmissionKind.Admitted, TimeSpan.Zero);
        }

        WrongTokens.Wrong(peer);
        return new Admission(AdmissionKind.Wrong, TimeSpan.Zero);
    }

    private static string TokenOf(string authorization)
    {
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization["Bearer ".Length..].Trim();
        }

        if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && authorization.Length < BasicMax)
        {
            var bytes = new byte[authorization.Length];
            if (Convert.TryFromBase64String(authorization["Basic ".Length..].Trim(), bytes, out int written))
            {
                string pair = Encoding.UTF8.GetString(bytes, 0, written);
                return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
            }
        }

        return "";
    }

    [LoggerMessage(EventId = 2905, Level = LogLevel.Warning, Message = "The API at {EndPoint} requires no token: every account of this machine can read all VMs. Set Api:RequireToken to require one")]
    private static partial void LogOpen(ILogger logger, string endPoint);
}

/// <summary>Whether somebody is let in.</summary>
/// <param name="Kind">How it was judged.</param>
/// <param name="Time">Held back: how long still. Session: how long it still holds. Else zero.</param>
internal readonly record struct Admission(AdmissionKind Kind, TimeSpan Time)
{
    /// <summary>The request may be served.</summary>
    public bool IsIn => Kind is AdmissionKind.Admitted or AdmissionKind.Session;

    /// <summary>Seconds to wait, in words and for the header.</summary>
    public string WaitSeconds => Math.Ceiling(Time.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);
}

/// <summary>How a request was judged.</summary>
internal enum AdmissionKind
{
    /// <summary>No token is asked for, or the right one was sent.</summary>
    Admitted,

    /// <summary>A browser that logged in.</summary>
    Session,

    /// <summary>The request had no token and no session.</summary>
    None,

    /// <summary>It brought a wrong token.</summary>
    Wrong,

    /// <summary>It sent wrong ones before and must wait; what it brought was not looked at.</summary>
    HeldBack,
}
