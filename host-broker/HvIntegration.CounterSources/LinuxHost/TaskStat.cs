using System.Globalization;

namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>/proc/PID/stat or /proc/PID/task/TID/stat, the fields in use.</summary>
/// <param name="Name">Command name, at most 15 bytes.</param>
/// <param name="CpuTicks">User and system time, threads that ended included, in <see cref="TicksPerSecond"/>.</param>
/// <param name="StartTicks">Start after boot: tells a reused number from the process that had it before.</param>
/// <param name="ResidentPages">Resident pages.</param>
internal readonly record struct TaskStat(string Name, ulong CpuTicks, ulong StartTicks, long ResidentPages)
{
    /// <summary>USER_HZ: 100 on every Linux architecture a host runs on, whatever the kernel's own tick.</summary>
    public const double TicksPerSecond = 100;

    /// <summary>Reads the file's one line. The name may hold spaces and brackets: fields count from the last ')'.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TaskStat value)
    {
        value = default;
        int open = text.IndexOf('(');
        int close = text.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return false;
        }

        string name = text[(open + 1)..close].ToString();
        var rest = text[(close + 1)..].Trim();
        Span<Range> parts = stackalloc Range[24];
        if (rest.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries) < 23)
        {
            return false;
        }

        // proc(5) numbers fields from 1 and the state is 3: field n is part n - 3.
        if (!Number(rest[parts[11]], out ulong user) || !Number(rest[parts[12]], out ulong system)
            || !Number(rest[parts[19]], out ulong start)
            || !long.TryParse(rest[parts[21]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long pages))
        {
            return false;
        }

        value = new TaskStat(name, user + system, start, pages);
        return true;
    }

    private static bool Number(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
