using System.Globalization;
using System.Text.RegularExpressions;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Event 2 of <c>Microsoft-Windows-Hyper-V-Hypervisor</c> in the system log: the hypervisor writes its scheduler at each start. Pure.</summary>
internal static partial class SchedulerEvent
{
    /// <summary>Channel of the event.</summary>
    public const string Channel = "System";

    /// <summary>Finds the event in its channel.</summary>
    public const string Query = "*[System[Provider[@Name='Microsoft-Windows-Hyper-V-Hypervisor'] and (EventID=2)]]";

    /// <summary>The scheduler that an event names: 1 and 2 are classic, 3 is core, 4 is root.</summary>
    /// <param name="xml">The event as Windows renders it.</param>
    public static SchedulerType Parse(string xml)
    {
        if (DataPattern().Match(xml) is not { Success: true } data)
        {
            return SchedulerType.Unknown;
        }

        var style = data.Groups["hex"].Success ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return long.TryParse(data.Groups["number"].ValueSpan, style, CultureInfo.InvariantCulture, out long type)
            ? type switch
            {
                1 or 2 => SchedulerType.Classic,
                3 => SchedulerType.Core,
                4 => SchedulerType.Root,
                _ => SchedulerType.Unknown,
            }
            : SchedulerType.Unknown;
    }

    [GeneratedRegex("<Data[^>]*>\\s*(?<hex>0[xX])?(?<number>[0-9A-Fa-f]{1,8})\\s*</Data>", RegexOptions.CultureInvariant)]
    private static partial Regex DataPattern();
}
