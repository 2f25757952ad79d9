using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>Finds the tap interfaces a process holds open and reads their counters.</summary>
/// <param name="files">Where /proc and /sys are.</param>
internal sealed class TapInterfaces(HostFiles files)
{
    private const int DescriptorsMax = 4096;
    private const int InterfacesMax = 16;

    /// <summary>Names of the process's tap interfaces; empty where it has none (user networking) or its descriptors may not be read.</summary>
    public IReadOnlyList<string> Of(int pid)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string descriptor in files.Names($"/proc/{pid}/fd").Take(DescriptorsMax))
        {
            if (files.ReadLink($"/proc/{pid}/fd/{descriptor}") != "/dev/net/tun"
                || !files.TryRead($"/proc/{pid}/fdinfo/{descriptor}", out string text))
            {
                continue;
            }

            foreach (var line in text.AsSpan().EnumerateLines())
            {
                if (line.StartsWith("iff:", StringComparison.Ordinal) && line[4..].Trim() is { Length: > 0 } name && found.Count < InterfacesMax)
                {
                    found.Add(name.ToString());
                }
            }
        }

        return [.. found];
    }

    /// <summary>One counter of an interface, as the host sees it; NaN when it is gone.</summary>
    public double Counter(string name, string counter) =>
        files.TryRead($"/sys/class/net/{name}/statistics/{counter}", out string text)
        && ulong.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : double.NaN;
}
