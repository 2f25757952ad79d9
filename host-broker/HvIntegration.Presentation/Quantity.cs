using System.Globalization;
using System.Text.RegularExpressions;

namespace HvIntegration.Presentation;

/// <summary>Writes a value with its unit as an administrator reads it.</summary>
public static partial class Quantity
{
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Value and unit, as "46.0 %", "12.3 ms", "512 MiB", "230 /s".</summary>
    /// <param name="value">In base units; null when missing.</param>
    /// <param name="unit">UCUM unit; "1" is a share.</param>
    public static string Text(double? value, string unit) => value is not { } v ? "not measured" : unit switch
    {
        "1" => Percent(v),
        "s" => Time(v),
        "s/s" => Percent(v),
        "ms" => Time(v / 1000),
        "By" => Bytes(v),
        "By/s" => Bytes(v) + "/s",
        "{cpu}" => Number(v) + " CPU",
        _ when unit.EndsWith("/s", StringComparison.Ordinal) => Number(v) + " /s",
        _ => Number(v),
    };

    /// <summary>A sentence in which no line break parts a number from its unit.</summary>
    public static string Unbroken(string sentence) => SpaceBeforeUnit().Replace(sentence, "\u00a0");

    /// <summary>A share as a percentage.</summary>
    public static string Percent(double share) => Math.Abs(share) < 0.9995 ? Invariant($"{share * 100:0.0} %") : Invariant($"{share * 100:0} %");

    /// <summary>How likely a verdict is, in short, after a blank; nothing of a cause that is open: it has no probability.</summary>
    public static string Likely(string hypothesis, double probability) => Hypotheses.IsUnknown(hypothesis) ? "" : " " + Percent(probability);

    /// <summary>The probability of a verdict as text. An unknown cause has none.</summary>
    public static string Sure(string hypothesis, double probability) => Hypotheses.IsUnknown(hypothesis) ? "no probability" : "probability " + Percent(probability);

    /// <summary>Seconds, in the unit that reads best.</summary>
    public static string Time(double seconds) => Math.Abs(seconds) switch
    {
        0 => "0 ms",
        < 0.001 => Invariant($"{seconds * 1e6:0} µs"),
        < 0.1 => Invariant($"{seconds * 1e3:0.0} ms"),
        < 10 => Invariant($"{seconds * 1e3:0} ms"),
        _ => Invariant($"{seconds:0} s"),
    };

    /// <summary>Bytes in binary steps.</summary>
    public static string Bytes(double bytes)
    {
        int step = 0;
        while (Math.Abs(bytes) >= 1024 && step < Binary.Length - 1)
        {
            bytes /= 1024;
            step++;
        }

        return step == 0 || Math.Abs(bytes) >= 100 ? Invariant($"{bytes:0} {Binary[step]}") : Invariant($"{bytes:0.0} {Binary[step]}");
    }

    /// <summary>A plain number, short.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1e6 => Invariant($"{value / 1e6:0.0}M"),
        >= 1e4 => Invariant($"{value / 1e3:0.0}k"),
        >= 100 => Invariant($"{value:0}"),
        >= 10 => Invariant($"{value:0.#}"),
        _ => Invariant($"{value:0.##}"),
    };

    /// <summary>A duration, as "2 m 14 s".</summary>
    public static string Span(long seconds) => seconds switch
    {
        < 0 => "0 s",
        < 60 => Invariant($"{seconds} s"),
        < 3600 => Both(seconds / 60, "m", seconds % 60, "s"),
        < 86400 => Both(seconds / 3600, "h", seconds % 3600 / 60, "m"),
        _ => Both(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
    };

    /// <summary>A host second as UTC time of day, or with its date.</summary>
    public static string Clock(long second, bool date = false) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString(date ? "yyyy-MM-dd HH:mm:ss" : "HH:mm:ss", CultureInfo.InvariantCulture);

    // Nothing of the smaller unit is not worth a word: "15 m".
    private static string Both(long count, string unit, long rest, string smaller) => rest == 0 ? Invariant($"{count} {unit}") : Invariant($"{count} {unit} {rest} {smaller}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"(?<=\d) (?=(%|/s|ms|µs|s|m|h|B|KiB|MiB|GiB|TiB|CPU|ppm)(\W|$))", RegexOptions.CultureInvariant)]
    private static partial Regex SpaceBeforeUnit();
}
