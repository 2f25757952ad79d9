using System.ComponentModel.DataAnnotations;

namespace HvIntegration.History;

/// <summary>Where history is kept, how long and how large.</summary>
public sealed class HistoryOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "History";

    /// <summary>Folder that holds the whole history and nothing else; made when it is not there.</summary>
    [Required, MinLength(1)]
    public string Folder { get; set; } = "";

    /// <summary>How long raw counters (1 s windows) are kept.</summary>
    /// <value>Hours, 2 to 8,760. Default 24.</value>
    [Range(2, 8760)]
    public int SecondHours { get; set; } = 24;

    /// <summary>How long 1 min windows are kept.</summary>
    /// <value>Days, 2 to 3,660. Default 30.</value>
    [Range(2, 3660)]
    public int MinuteDays { get; set; } = 30;

    /// <summary>How long 1 h windows are kept.</summary>
    /// <value>Months, 2 to 1,200. Default 13.</value>
    [Range(2, 1200)]
    public int HourMonths { get; set; } = 13;

    /// <summary>Most that all files together may take; over it the oldest files go first, raw counters before windows.</summary>
    /// <value>MiB, 16 to 16,777,216. Default 20,480.</value>
    [Range(16, 16_777_216)]
    public int SizeMaxMiB { get; set; } = 20_480;

    /// <summary>Memory DuckDB may use for buffers, queries and commits together.</summary>
    /// <value>MiB, 64 to 65,536. Default 256.</value>
    [Range(64, 65_536)]
    public int MemoryMaxMiB { get; set; } = 256;

    /// <summary>Threads DuckDB may use.</summary>
    /// <value>1 to 64. Default 2.</value>
    [Range(1, 64)]
    public int Threads { get; set; } = 2;

    /// <summary>Queries that may run at one time; more wait.</summary>
    /// <value>1 to 64. Default 4.</value>
    [Range(1, 64)]
    public int QueriesMax { get; set; } = 4;

    /// <summary>How long after its end a minute waits for late data before it is rolled up; later data roll it up again.</summary>
    /// <value>Seconds, 0 to 600. Default 10.</value>
    [Range(0, 600)]
    public int RollupGraceSeconds { get; set; } = 10;

    /// <summary>Roll up and delete in the background; off in tests that drive it themselves.</summary>
    public bool BackgroundUpkeep { get; set; } = true;
}
