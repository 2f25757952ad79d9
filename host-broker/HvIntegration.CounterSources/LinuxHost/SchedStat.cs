using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>/proc/PID/task/TID/schedstat: what the scheduler gave one thread.</summary>
/// <param name="RunNs">Nanoseconds on a processor.</param>
/// <param name="WaitNs">Nanoseconds runnable but waiting for one.</param>
/// <param name="Slices">Times it was put on a processor.</param>
internal readonly record struct SchedStat(ulong RunNs, ulong WaitNs, ulong Slices)
{
    /// <summary>Reads the file's one line.</summary>
    /// <returns>False when it is not three numbers: a kernel without CONFIG_SCHED_INFO has no such file.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out SchedStat value)
    {
        value = default;
        Span<Range> parts = stackalloc Range[4];
        text = text.Trim();
        if (text.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries) < 3
            || !ulong.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong run)
            || !ulong.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong wait)
            || !ulong.TryParse(text[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong slices))
        {
            return false;
        }

        value = new SchedStat(run, wait, slices);
        return true;
    }
}
