using System.ComponentModel.DataAnnotations;

namespace HvIntegration.Ingest.Budgets;

/// <summary>
/// What one VM may cost the host. Each budget belongs to the VM, not to a connection: a new stream or a new boot id
/// brings nothing back. docs/budgets.md says what happens past each.
/// </summary>
internal sealed class BudgetOptions
{
    /// <summary>Batches that a VM kept while it could not reach the broker and may send at once.</summary>
    /// <value>60 to 100,000. Default 4,500: fifteen minutes at five a second. They come back at the same pace.</value>
    [Range(60, 100_000)]
    public int KeptBatches { get; set; } = 4_500;

    /// <summary>Samples of a VM, sustained.</summary>
    /// <value>Per second, 256 to 1,000,000. Default 8,192: twice the most series a VM may have. A burst of <see cref="SamplesBurst"/> comes on top.</value>
    [Range(256, 1_000_000)]
    public int SamplesPerSecond { get; set; } = 8_192;

    /// <summary>Samples of a VM at once, as after a time without the broker.</summary>
    /// <value>4,096 to 20,000,000. Default 1,000,000.</value>
    [Range(4_096, 20_000_000)]
    public int SamplesBurst { get; set; } = 1_000_000;

    /// <summary>Bytes of messages of a VM, sustained; 64 times as many may come at once.</summary>
    /// <value>KiB per second, 16 to 65,536. Default 256.</value>
    [Range(16, 65_536)]
    public int KiBPerSecond { get; set; } = 256;

    /// <summary>Different series of a VM within an hour.</summary>
    /// <value>64 to 1,000,000. Default 8,192.</value>
    [Range(64, 1_000_000)]
    public int SeriesPerHour { get; set; } = 8_192;

    /// <summary>Different series of a VM within a day.</summary>
    /// <value>64 to 1,000,000. Default 16,384.</value>
    [Range(64, 1_000_000)]
    public int SeriesPerDay { get; set; } = 16_384;

    /// <summary>Processes of a VM that were not seen before, sustained; a sixth of them may come at once.</summary>
    /// <value>Per hour, 600 to 10,000,000. Default 36,000.</value>
    [Range(600, 10_000_000)]
    public int ProcessesPerHour { get; set; } = 36_000;

    /// <summary>Boots of a VM, sustained; a third of them may come at once.</summary>
    /// <value>Per hour, 6 to 10,000. Default 60.</value>
    [Range(6, 10_000)]
    public int BootsPerHour { get; set; } = 60;

    /// <summary>Streams that a VM opens, sustained; a thirtieth of them may come at once.</summary>
    /// <value>Per hour, 60 to 100,000. Default 1,800.</value>
    [Range(60, 100_000)]
    public int StreamsPerHour { get; set; } = 1_800;

    /// <summary>Lines that one VM may cause in the broker's log, sustained; a twelfth of them may come at once.</summary>
    /// <value>Per hour, 12 to 10,000. Default 120.</value>
    [Range(12, 10_000)]
    public int LogLinesPerHour { get; set; } = 120;

    /// <summary>Share of one processor for reading a VM's messages, placing its samples in time and judging it.</summary>
    /// <value>Percent, 0.5 to 100. Default 5. Five seconds' worth may be used at once.</value>
    [Range(0.5, 100)]
    public double ProcessorPercent { get; set; } = 5;

    /// <summary>Memory of a VM's data between the wire and history.</summary>
    /// <value>MiB, 1 to 1,024. Default 16.</value>
    [Range(1, 1_024)]
    public int InFlightMiB { get; set; } = 16;

    /// <summary>The same of all VMs together; past it a VM may hold its equal share.</summary>
    /// <value>MiB, 16 to 65,536. Default 256.</value>
    [Range(16, 65_536)]
    public int InFlightTotalMiB { get; set; } = 256;

    /// <summary>What a VM may write into history, sustained; one hour's worth may come at once.</summary>
    /// <value>
    /// KiB per hour, 0 to 100,000,000. Default 0: the equal share of each VM in <c>History:SizeMaxMiB</c> over
    /// <c>History:SecondHours</c>, and at least 14,400 (4 KiB a second), which is more than a normal agent writes.
    /// </value>
    [Range(0, 100_000_000)]
    public int HistoryKiBPerHour { get; set; }
}
