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
    /// <value>1 to 65,535. Default: the one in which most counter sets have known names, else 1252; it is noticed.</value>
    [Range(1, 65_535)]
    public int? AnsiCodePage { get; set; }

    /// <summary>Which computer of a recording of several is replayed.</summary>
    /// <value>Default: the first that has counters of a Hyper-V host.</value>
    public string? Computer { get; set; }

    /// <summary>VM name to GUID, where the recording has no adapter rows to tell.</summary>
    public Dictionary<string, Guid> Partitions { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Part of a disk's path to VM name, where the file's name is not the VM's.</summary>
    public Dictionary<string, string> DiskOwners { get; } = new(StringComparer.OrdinalIgnoreCase);
}
