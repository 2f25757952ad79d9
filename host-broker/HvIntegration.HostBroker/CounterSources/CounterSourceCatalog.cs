using System.ComponentModel.DataAnnotations;
using HvIntegration.HostBroker.CounterSources.HyperV.Windows;
using HvIntegration.HostBroker.CounterSources.Pdh;
using HvIntegration.HostBroker.CounterSources.PdhCsv;
using HvIntegration.HostBroker.CounterSources.Qemu;
using HvIntegration.HostBroker.CounterSources.Simulated;

namespace HvIntegration.HostBroker.CounterSources;

/// <summary>Every counter source by its name.</summary>
internal static class CounterSourceCatalog
{
    private static readonly SortedDictionary<string, Func<CounterSourceSettings, TimeProvider, ICounterSource>> Factories =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["pdh"] = (settings, time) => Live(Valid(settings.Pdh), time),
            ["pdh-csv"] = (settings, _) => new PdhCsvCounterSource(Valid(settings.PdhCsv)),
            ["qemu"] = (settings, time) => new QemuCounterSource(Valid(settings.Qemu), time),
            ["simulated"] = (settings, _) => new SimulatedCounterSource(Valid(settings.Simulated)),
        };

    /// <summary>Names, in order.</summary>
    public static IReadOnlyCollection<string> Names => Factories.Keys;

    /// <summary>Makes the source that the settings name.</summary>
    /// <param name="settings">Name and the options of that source.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="CounterSourceException">There is no such source, or its options are wrong; all faults in one sentence.</exception>
    public static ICounterSource Create(CounterSourceSettings settings, TimeProvider time) =>
        Factories.TryGetValue(settings.Source, out var factory)
            ? factory(settings, time)
            : throw new CounterSourceException($"there is no counter source '{settings.Source}': choose one of {string.Join(", ", Names)}");

    private static PdhCounterSource Live(PdhOptions options, TimeProvider time) => OperatingSystem.IsWindows()
        ? new PdhCounterSource(options, new WmiInventory(TimeSpan.FromSeconds(options.InventorySeconds), time))
        : throw new CounterSourceException("the pdh source reads the counters of a Hyper-V host and runs on Windows only; elsewhere replay a recording with pdh-csv");

    private static T Valid<T>(T options)
        where T : class
    {
        var faults = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true)
            ? options
            : throw new CounterSourceException(string.Join(" ", faults.Select(f => f.ErrorMessage)));
    }
}
