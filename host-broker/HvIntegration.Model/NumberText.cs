using System.Globalization;

namespace HvIntegration.Model;

/// <summary>The one form in which numbers stand in words.</summary>
public static class NumberText
{
    /// <summary>A value rounded to a whole number.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>0.413 as "41 %"; below a tenth one digit more.</summary>
    public static string Percent(double share)
        => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100, Math.Abs(share) < 0.0995 ? 1 : 0)} %");

    /// <summary>Three digits at most.</summary>
    public static string Compact(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);

    /// <summary>A time given in seconds, as text in milliseconds.</summary>
    public static string Milliseconds(double seconds) => Compact(seconds * 1000) + " ms";

    /// <summary>Bytes in GiB or MiB.</summary>
    public static string Bytes(double bytes) => bytes >= 1L << 30 ? Compact(bytes / (1L << 30)) + " GiB" : Compact(bytes / (1L << 20)) + " MiB";

    /// <summary>Host second as a time of day, UTC.</summary>
    public static string Time(long second)
        => second is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(second).ToString("HH:mm:ss", CultureInfo.InvariantCulture) + " UTC" : "second " + Number(second);

    /// <summary>A value in the words of its unit.</summary>
    public static string InUnit(double value, string unit) => unit switch
    {
        "1" => Percent(value),
        "s" => Milliseconds(value),
        "By" => Bytes(value),
        "By/s" => Bytes(value) + "/s",
        "{cpu}" => Compact(value) + " processors",
        "{thread}" => Compact(value) + " threads",
        "{operation}" => Compact(value) + " operations",
        "{operation}/s" => Compact(value) + " operations/s",
        _ => Compact(value) + " " + unit.Replace("{", string.Empty, StringComparison.Ordinal).Replace("}", string.Empty, StringComparison.Ordinal),
    };
}
