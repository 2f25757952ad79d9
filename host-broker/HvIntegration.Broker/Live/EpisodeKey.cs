using System.Globalization;

namespace HvIntegration.Broker.Live;

/// <summary>Name of an episode for ever: its first second and its VM, so that it is the same live, in history and after a restart.</summary>
/// <param name="Partition">GUID of the VM.</param>
/// <param name="OnsetSecond">First second of the episode, Unix.</param>
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

    /// <summary>The key as onset and VM: <c>1764041000-1ab00000000040008000000000000001</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{OnsetSecond}-{Partition:N}");
}
