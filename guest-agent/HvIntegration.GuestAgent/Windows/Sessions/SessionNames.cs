using System.Globalization;

namespace HvIntegration.GuestAgent.Windows.Sessions;

/// <summary>Session numbers by the names that performance counters use.</summary>
/// <remarks>
/// A session that Windows calls <c>RDP-Tcp#12</c> is <c>RDP-Tcp 12</c> in counters, with "tcp" in either case; the number in the
/// name is not the session's. Thread-safe: the session collector writes, the counter collectors read.
/// </remarks>
internal sealed class SessionNames
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, string> _names = [];

    /// <summary>Notes the name of a session.</summary>
    public void Set(uint id, string name)
    {
        lock (_gate)
        {
            _names[id] = Counter(name);
        }
    }

    /// <summary>Forgets a session that is gone.</summary>
    public void Remove(uint id)
    {
        lock (_gate)
        {
            _names.Remove(id);
        }
    }

    /// <summary>Session number of a counter's instance; the instance itself when no session has that name.</summary>
    public string IdOf(string instance)
    {
        lock (_gate)
        {
            foreach (var (id, name) in _names)
            {
                if (name.Equals(instance, StringComparison.OrdinalIgnoreCase))
                {
                    return id.ToString(CultureInfo.InvariantCulture);
                }
            }

            return instance;
        }
    }

    /// <summary>How counters write the name of a session.</summary>
    internal static string Counter(string name) => name.Replace('#', ' ');
}
