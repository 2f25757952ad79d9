using System.Collections;
using HvIntegration.Transport.Files;

namespace HvIntegration.HostBroker.Settings;

/// <summary>Reads the broker's settings from the package, file, environment and command line, in this order; later ones win.</summary>
internal static class BrokerConfiguration
{
    /// <summary>Prefix of environment variables: <c>HVI_BROKER__Api__Url</c> sets <c>Api:Url</c>.</summary>
    public const string EnvironmentPrefix = "HVI_BROKER__";

    /// <summary>File that is read when it is there and no other is named.</summary>
    public static string DefaultFile { get; } = OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HvIntegration", "broker.json")
        : "/etc/hvintegration/broker.json";

    /// <summary>File beside the program with what a package sets; every other place of settings wins over it.</summary>
    public static string PackagedFile { get; } = Path.Combine(AppContext.BaseDirectory, "broker.defaults.json");

    /// <summary>Reads the settings from all places and checks them.</summary>
    /// <param name="file">A file that must be there; null for <see cref="DefaultFile"/>, which may be absent.</param>
    /// <param name="commandLine">Settings of the command line, by key.</param>
    /// <exception cref="BrokerConfigurationException">Something is wrong; all faults at once.</exception>
    public static BrokerOptions Load(string? file, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var faults = new List<string>();
        var given = new List<GivenSetting>();
        foreach (string read in (string[])[PackagedFile, file ?? DefaultFile])
        {
            // The broker has more rights than the users beside it: settings that one of them could write are not taken.
            if (TrustedFile.Fault(read) is { } fault)
            {
                throw new BrokerConfigurationException([fault]);
            }

            given.AddRange(SettingFile.Read(read, mustExist: read == file, faults));
        }

        given.AddRange(FromEnvironment());
        given.AddRange(commandLine.Select(s => new GivenSetting(s.Key, s.Value, SettingPlace.CommandLine, "command line")));
        return Bind(given, faults);
    }

    /// <summary>Reads and checks one file alone.</summary>
    /// <param name="file">A file that must be there.</param>
    /// <exception cref="BrokerConfigurationException">Something is wrong; all faults at once.</exception>
    public static BrokerOptions LoadFile(string file)
    {
        var faults = new List<string>();
        return Bind(SettingFile.Read(file, mustExist: true, faults), faults);
    }

    private static BrokerOptions Bind(IReadOnlyList<GivenSetting> given, List<string> faults)
    {
        var options = new BrokerOptions();
        var taken = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in new SettingCheck(SettingNode.Of<BrokerOptions>(), EnvironmentPrefix).Take(given, faults).Where(s => s.Value is not null))
        {
            taken[setting.Key] = setting.Value;
        }

        // What is good is checked too, so that all faults are said at once.
        new ConfigurationBuilder().AddInMemoryCollection(taken).Build().Bind(options);
        faults.AddRange(BrokerOptionsValidator.Validate(options).Select(f => Place(f, given) is { } where ? $"{where}: {f}" : f));
        return faults.Count == 0 ? options : throw new BrokerConfigurationException(faults);
    }

    // Where the setting that a fault begins with was written; null for a default and for the command line, which is before one's eyes.
    private static string? Place(string fault, IReadOnlyList<GivenSetting> given) =>
        given.LastOrDefault(s => s.Value is not null && fault.StartsWith(s.Key, StringComparison.OrdinalIgnoreCase) && (fault.Length == s.Key.Length || fault[s.Key.Length] is ' ' or ':')) is { } setting
            && setting.Place != SettingPlace.CommandLine ? setting.Where : null;

    private static IEnumerable<GivenSetting> FromEnvironment()
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                string key = name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);
                yield return new GivenSetting(key, (string?)variable.Value, SettingPlace.Environment, $"environment variable {name}");
            }
        }
    }
}
