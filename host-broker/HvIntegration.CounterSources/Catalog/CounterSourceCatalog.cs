using System.ComponentModel.DataAnnotations;
using HvIntegration.CounterSources.HyperV.Windows;
using HvIntegration.CounterSources.Pdh;
using HvIntegration.CounterSources.PdhCsv;
using HvIntegration.CounterSources.Qemu;
using HvIntegration.CounterSources.Simulated;

namespace HvIntegration.CounterSources.Catalog;

/// <summary>Every counter source by its name.</summary>
public static class CounterSourceCatalog
{
    private static readonly SortedDictionary<string, Func<CounterSourceSettings, TimeProvider, ICounterSource>> Factories =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["pdh"] = (settings, time) => Live(Valid(settings.Pdh), time),
            ["pdh-csv"] = (settings, _) => new PdhCsvCounterSource(Valid(settings.PdhCsv)),
            ["qemu"] = (settings, time) => new QemuCounterSource(Valid(settings.Qemu), time),
            ["simulated"] = (settings, _) => new SimulatedCounterSource(Valid(settings.Simulated)),
        };

    /// <summary>Names that a setting can choose, in alphabetical order.</summary>
    public static IReadOnlyCollection<string> Names => Factories.Keys;

    /// <summary>Makes the source that the settings name.</summary>
    /// <param name="settings">Name and the options of that source.</param>
    /// <param name="time">Clock by which live sources wait.</param>
    /// <exception cref="CounterSourceException">There is no such source, or its options are wrong; all faults in one sentence.</exception>
    public static ICounterSource Create(CounterSourceSettings settings, TimeProvider time) =>
        Factories.TryGetValue(settings.Source, out var factory)
            ? factory(settings, time)
            : throw new CounterSourceException($"unknown counter source '{settings.Source}'. Use one of {string.Join(", ", Names)}");

    private static OwnThreadSource Live(PdhOptions options, TimeProvider time) => OperatingSystem.IsWindows()
        ? new OwnThreadSource(new PdhCounterSource(options, new WmiInventory(TimeSpan.FromSeconds(options.InventorySeconds), time)), time)
        : throw new CounterSourceException("the pdh source reads the counters of a Hyper-V host and runs on Windows only. On other systems, replay a recording with pdh-csv");

    private static T Valid<T>(T options)
        where T : class
    {
        var faults = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true)
            ? options
            : throw new CounterSourceException(string.Join(" ", faults.Select(f => f.ErrorMessage)));
    }
}
