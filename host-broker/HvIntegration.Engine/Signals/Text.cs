using System.Globalization;

namespace HvIntegration.Engine.Signals;

/// <summary>Numbers as sentences write them.</summary>
internal static class Text
{
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>0.413 as "41 %"; below a tenth one digit more.</summary>
    public static string Percent(double share)
        => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100, Math.Abs(share) < 0.0995 ? 1 : 0)} %");

    /// <summary>Three digits at most.</summary>
    public static string Short(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);

    /// <summary>Seconds as milliseconds.</summary>
    public static string Milliseconds(double seconds) => Short(seconds * 1000) + " ms";

    /// <summary>Bytes in GiB or MiB.</summary>
    public static string Bytes(double bytes) => bytes >= 1L << 30 ? Short(bytes / (1L << 30)) + " GiB" : Short(bytes / (1L << 20)) + " MiB";

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
        "{cpu}" => Short(value) + " processors",
        "{thread}" => Short(value) + " threads",
        "{operation}" => Short(value) + " operations",
        "{operation}/s" => Short(value) + " operations/s",
        _ => Short(value) + " " + unit.Replace("{", string.Empty, StringComparison.Ordinal).Replace("}", string.Empty, StringComparison.Ordinal),
    };
}
