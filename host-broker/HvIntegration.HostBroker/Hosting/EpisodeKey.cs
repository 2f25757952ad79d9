using System.Globalization;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>Name of an episode for ever: its first second and its VM, so that it is the same live, in history and after a restart.</summary>
/// <param name="Partition">VM GUID.</param>
/// <param name="OnsetSecond">First second.</param>
internal readonly record struct EpisodeKey(Guid Partition, long OnsetSecond)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out EpisodeKey key)
    {
        key = default;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out long onset)
            || !Guid.TryParseExact(text.AsSpan(dash + 1), "N", out var partition))
        {
            return false;
        }

        key = new EpisodeKey(partition, onset);
        return true;
    }

    /// <summary><c>1764041000-1ab00000000040008000000000000001</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{OnsetSecond}-{Partition:N}");
}
