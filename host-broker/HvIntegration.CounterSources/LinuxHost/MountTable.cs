using System.Text;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>The mounts of this process, read from /proc/self/mountinfo.</summary>
internal sealed class MountTable
{
    private readonly List<MountEntry> _entries = [];

    private MountTable()
    {
    }

    /// <summary>All mounts, oldest first.</summary>
    public IReadOnlyList<MountEntry> Entries => _entries;

    /// <summary>Reads the file; lines of unknown shape are left out.</summary>
    public static MountTable Parse(string text)
    {
        var table = new MountTable();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Optional fields end at " - ".
            int dash = line.IndexOf(" - ", StringComparison.Ordinal);
            if (dash < 0)
            {
                continue;
            }

            string[] before = line[..dash].Split(' ');
            string[] after = line[(dash + 3)..].Split(' ');
            if (before.Length >= 6 && after.Length >= 2)
            {
                table._entries.Add(new MountEntry(
                    before[2], Unescape(before[3]), Unescape(before[4]), after[0], Unescape(after[1]), after.Length > 2 ? after[2] : ""));
            }
        }

        return table;
    }

    /// <summary>The mount a file lies on: the longest mount point that holds it, the newest of equals.</summary>
    /// <param name="path">Absolute path with links resolved.</param>
    public MountEntry? Find(string path)
    {
        MountEntry? best = null;
        foreach (var entry in _entries)
        {
            if (Holds(entry.MountPoint, path) && (best is null || entry.MountPoint.Length >= best.MountPoint.Length))
            {
                best = entry;
            }
        }

        return best;
    }

    /// <summary>True when a path is a folder or lies below it.</summary>
    public static bool Holds(string mountPoint, string path) =>
        mountPoint == "/" || (path.StartsWith(mountPoint, StringComparison.Ordinal)
            && (path.Length == mountPoint.Length || path[mountPoint.Length] == '/'));

    // The kernel writes blank, tab, line feed and backslash as \ooo.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length
                && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                clean.Append((char)Convert.ToInt32(text.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                clean.Append(text[i]);
            }
        }

        return clean.ToString();
    }
}
