using HvIntegration.CounterSources.Pdh;
using HvIntegration.CounterSources.PdhCsv;
using HvIntegration.CounterSources.Qemu;
using HvIntegration.CounterSources.Simulated;

namespace HvIntegration.CounterSources.Catalog;

/// <summary>Which counter source runs and how; one section of the broker's configuration.</summary>
public class CounterSourceSettings
{
    /// <summary>Name of the source, see <see cref="CounterSourceCatalog.Names"/>.</summary>
    /// <value>Default "pdh" on Windows, "qemu" elsewhere.</value>
    public string Source { get; set; } = OperatingSystem.IsWindows() ? "pdh" : "qemu";

    /// <summary>Settings of the qemu source.</summary>
    public QemuOptions Qemu { get; set; } = new();

    /// <summary>Settings of the pdh source.</summary>
    public PdhOptions Pdh { get; set; } = new();

    /// <summary>Settings of the pdh-csv source.</summary>
    public PdhCsvOptions PdhCsv { get; set; } = new();

    /// <summary>Settings of the simulated source.</summary>
    public SimulatedOptions Simulated { get; set; } = new();
}
