using System.ComponentModel.DataAnnotations;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Settings of the pdh-csv source.</summary>
public sealed class PdhCsvOptions
{
    /// <summary>Path of the recording to replay.</summary>
    public string File { get; set; } = "";

    /// <summary>Recorded seconds per second of replay; 0 gives one row for every read, as tests do.</summary>
    /// <value>0 to 3,600. Default 1.</value>
    [Range(0.0, 3600.0)]
    public double Speed { get; set; } = 1;

    /// <summary>Keep the recorded times instead of moving the recording to now.</summary>
    public bool KeepTimestamps { get; set; }

    /// <summary>The recorder's time zone: "UTC", "+02:00", "Europe/Berlin". Needed where the header has no bias.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Code page of names in a recording that is neither marked nor UTF-8.</summary>
    /// <value>Default 1252, western Europe.</value>
    [Range(1, 65_535)]
    public int AnsiCodePage { get; set; } = 1252;

    /// <summary>VM name to GUID, where the recording has no adapter rows to tell.</summary>
    public Dictionary<string, Guid> Partitions { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Part of a disk's path to VM name, where the file's name is not the VM's.</summary>
    public Dictionary<string, string> DiskOwners { get; } = new(StringComparer.OrdinalIgnoreCase);
}
