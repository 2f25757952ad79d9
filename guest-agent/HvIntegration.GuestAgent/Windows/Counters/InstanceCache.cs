namespace HvIntegration.GuestAgent.Windows.Counters;

/// <summary>What the instances of a counter stand for, by name, so that a name is taken apart once and not at each read.</summary>
/// <remarks>
/// Instances of processes that ended pile up, so a full cache is emptied. It is not emptied at each read: with more instances than places that would
/// cost more than no cache. Instances without a place are worked out again.
/// </remarks>
/// <typeparam name="T">What an instance stands for.</typeparam>
/// <param name="instancesMax">Most instances.</param>
/// <param name="keptFor">Least number of reads between two times that a full cache is emptied.</param>
internal sealed class InstanceCache<T>(int instancesMax, int keptFor)
{
    private readonly Dictionary<string, T> _instances = new(StringComparer.Ordinal);
    private int _emptiedAt;

    /// <summary>Instances with a place.</summary>
    public int Count => _instances.Count;

    /// <summary>Finds what an instance stands for.</summary>
    /// <param name="name">As PDH writes it.</param>
    /// <param name="value">What it stands for.</param>
    public bool TryGet(ReadOnlySpan<char> name, out T? value) => _instances.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out value);

    /// <summary>Gives an instance a place, if there is one.</summary>
    /// <param name="name">As PDH writes it.</param>
    /// <param name="value">What it stands for.</param>
    /// <param name="read">Number of the read.</param>
    public void Remember(string name, T value, int read)
    {
        if (_instances.Count >= instancesMax)
        {
            if (read - _emptiedAt < keptFor)
            {
                return;
            }

            _emptiedAt = read;
            _instances.Clear();
        }

        _instances[name] = value;
    }

    /// <summary>Forgets all instances: what they stand for has changed.</summary>
    public void Clear() => _instances.Clear();
}
