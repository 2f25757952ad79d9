using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HvIntegration.Api.Access;

/// <summary>How a browser keeps what it was let in by: a cookie that proves it once had the token, and codes for its first visit.</summary>
/// <remarks>
/// The cookie holds its end and a signature by a key made of the token, so nothing is kept here, a broker that starts anew knows it, and
/// another token ends it. A browser sends it to every port of the machine, so another user who makes it visit a page of his gets to see it: on
/// Linux it holds for the account it was given to alone.
/// </remarks>
internal sealed class DashboardSessions(TimeProvider time)
{
    /// <summary>Name of the cookie.</summary>
    public const string Cookie = "hvi-session";

    private const int CodesMax = 16;
    private const int CodeBytes = 24;

    /// <summary>How long a cookie holds; a visit in its second half gets a new one.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>How long a code may be used, once.</summary>
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(2);

    private readonly List<(string Code, long Made)> _codes = [];
    private readonly Lock _lock = new();

    /// <summary>A value for the cookie.</summary>
    /// <param name="tokenHash">Of the token that holds now.</param>
    /// <param name="peer">The peer that receives the session.</param>
    public string Give(byte[] tokenHash, ApiPeer peer)
    {
        long end = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        return FormattableString.Invariant($"{end}.{Convert.ToHexString(Sign(tokenHash, end, peer))}");
    }

    /// <summary>Whether a cookie holds for this peer, and for how long still.</summary>
    public TimeSpan Left(string? cookie, byte[] tokenHash, ApiPeer peer)
    {
        int point = cookie?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (point <= 0 || !long.TryParse(cookie.AsSpan(0, point), NumberStyles.None, CultureInfo.InvariantCulture, out long end))
        {
            return TimeSpan.Zero;
        }

        long left = end - time.GetUtcNow().ToUnixTimeSeconds();
        var expected = Encoding.ASCII.GetBytes(Convert.ToHexString(Sign(tokenHash, end, peer)));
        return left > 0 && left <= Lifetime.TotalSeconds && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(cookie![(point + 1)..]), expected)
            ? TimeSpan.FromSeconds(left)
            : TimeSpan.Zero;
    }

    /// <summary>Makes a code for one login; the oldest goes when there are too many.</summary>
    public string MakeCode()
    {
        string code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(CodeBytes));
        lock (_lock)
        {
            Expire();
            if (_codes.Count == CodesMax)
            {
                _codes.RemoveAt(0);
            }

            _codes.Add((code, time.GetTimestamp()));
        }

        return code;
    }

    /// <summary>Uses a code up; false when there is no such code.</summary>
    public bool TakeCode(string code)
    {
        byte[] given = Encoding.UTF8.GetBytes(code);
        lock (_lock)
        {
            Expire();
            return _codes.RemoveAll(c => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(c.Code), given)) > 0;
        }
    }

    private void Expire() => _codes.RemoveAll(c => time.GetElapsedTime(c.Made) > CodeLifetime);

    private static byte[] Sign(byte[] tokenHash, long end, ApiPeer peer)
    {
        string account = peer.Account is null ? "" : peer.Key;
        return HMACSHA256.HashData(HMACSHA256.HashData(tokenHash, "hvi dashboard session"u8), Encoding.UTF8.GetBytes(FormattableString.Invariant($"{end} {account}")));
    }
}
