namespace HvIntegration.HostBroker.Settings;

/// <summary>Settings are wrong; the message has one line per fault.</summary>
internal sealed class BrokerConfigurationException(IReadOnlyList<string> faults)
    : Exception(faults.Count == 1 ? faults[0] : string.Join(Environment.NewLine, faults.Prepend($"{faults.Count} settings are wrong:")))
{
    /// <summary>The faults, one sentence for each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
