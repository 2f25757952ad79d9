using System.Text.Json;
using System.Text.Json.Serialization;

namespace HvIntegration.Broker.Bundles;

/// <summary>Names and bounds of an incident bundle; docs/bundle.md explains them.</summary>
internal static class BundleFormat
{
    /// <summary>Format this build writes, and the only one it reads.</summary>
    public const int Version = 1;

    /// <summary>Ending of a bundle's name.</summary>
    public const string Extension = ".hvi";

    /// <summary>Media type of the API's answer.</summary>
    public const string MediaType = "application/vnd.hvintegration.bundle+zip";

    /// <summary>What the bundle is and the sum of each other part.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>The VMs of the host.</summary>
    public const string Inventory = "inventory.json";

    /// <summary>Limits and windows in force when it was written.</summary>
    public const string Rules = "rules.json";

    /// <summary>Episodes as the broker told them.</summary>
    public const string Episodes = "episodes.json";

    /// <summary>Both sides, one host second a line.</summary>
    public const string Seconds = "seconds.jsonl";

    /// <summary>Longest range of one bundle.</summary>
    public const int RangeSecondsMax = 6 * 3600;

    /// <summary>Seconds before the range that come along, so that what is normal is known when the range begins.</summary>
    public const int LeadSeconds = 900;

    /// <summary>Most raw values of one bundle, both sides.</summary>
    public const long ValuesMax = 20_000_000;

    /// <summary>Most raw values of one second, both sides: 1,024 VMs with 240 counters each.</summary>
    public const int ValuesOfSecondMax = 250_000;

    /// <summary>Most characters of all names of series together.</summary>
    public const int SeriesTextMax = 16 << 20;

    /// <summary>Most bytes of the manifest.</summary>
    public const int ManifestBytesMax = 1 << 20;

    /// <summary>Most bytes of one line of <see cref="Seconds"/>.</summary>
    public const int LineBytesMax = 16 << 20;

    /// <summary>Maximum number of VMs in a bundle.</summary>
    public const int PartitionsMax = 4_096;

    /// <summary>Most series, both sides together.</summary>
    public const int SeriesMax = 1_000_000;

    /// <summary>Most characters of any name or sentence.</summary>
    public const int TextMax = 8_192;

    /// <summary>The parts that the manifest lists, each with the most bytes it may have unpacked.</summary>
    public static IReadOnlyDictionary<string, long> Parts { get; } = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        [Inventory] = 16 << 20,
        [Rules] = 1 << 20,
        [Episodes] = 32 << 20,
        [Seconds] = 1L << 30,
    };

    /// <summary>How the parts are written: what is missing or null where it may not be is an error, not a guess.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };
}
