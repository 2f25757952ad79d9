namespace HvIntegration.HostBroker.Hosting;

/// <summary>Reads the broker's settings from file, environment and command line, in this order; later ones win.</summary>
internal static class BrokerConfiguration
{
    /// <summary>Prefix of environment variables: <c>HVI_BROKER__Api__Url</c> sets <c>Api:Url</c>.</summary>
    public const string EnvironmentPrefix = "HVI_BROKER__";

    /// <summary>File that is read when it is there and no other is named.</summary>
    public static string DefaultFile { get; } = OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HvIntegration", "broker.json")
        : "/etc/hvintegration/broker.json";

    /// <summary>Reads and checks.</summary>
    /// <param name="file">A file that must be there; null for <see cref="DefaultFile"/>, which may be absent.</param>
    /// <param name="commandLine">Settings of the command line, by key.</param>
    /// <exception cref="BrokerConfigurationException">Something is wrong; all faults at once.</exception>
    public static BrokerOptions Load(string? file, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var options = new BrokerOptions();
        try
        {
            new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath(file ?? DefaultFile), optional: file is null, reloadOnChange: false)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(commandLine)
                .Build()
                .Bind(options, o => o.ErrorOnUnknownConfiguration = true);
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new BrokerConfigurationException([e.InnerException is { } inner && e is InvalidDataException ? $"{e.Message} {inner.Message}" : e.Message]);
        }

        var faults = BrokerOptionsValidator.Validate(options);
        return faults.Count == 0 ? options : throw new BrokerConfigurationException(faults);
    }
}
