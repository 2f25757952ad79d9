using System.Collections;
using System.Net;
using HvIntegration.Protocol.Text;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>Puts the options together: defaults, then file, then environment, then command line. All faults are told at once.</summary>
internal static class AgentOptionsLoader
{
    /// <summary>Environment variables with this prefix are options: <c>HVI_AGENT_TOP_N</c> is <c>top-n</c>.</summary>
    public const string EnvironmentPrefix = "HVI_AGENT_";

    /// <summary>Takes the settings over in the given order.</summary>
    /// <param name="settings">Later ones win.</param>
    /// <param name="collectors">Names of the collectors that can be disabled; asked only when one is to be.</param>
    /// <param name="faults">Takes one sentence for each fault: where, which option, what would be right.</param>
    /// <returns>The options; of use only while <paramref name="faults"/> is empty.</returns>
    public static AgentOptions Load(IEnumerable<OptionSetting> settings, Func<IReadOnlyList<string>> collectors, List<string> faults)
    {
        var options = new AgentOptions();
        var places = new Dictionary<string, string>();
        foreach (OptionSetting setting in settings)
        {
            if (AgentOption.Find(setting.Name) is not { } option)
            {
                faults.Add($"{setting.Where}: unknown option '{setting.Name}'; {Advice(setting.Name.Replace('_', '-'), [.. AgentOption.All.Where(o => !o.IsHidden).Select(o => o.Name)])}");
            }
            else if (option.Set(options, setting.Value) is { } fault)
            {
                faults.Add($"{setting.Where}: {option.Name} = '{setting.Value}': {fault}");
            }
            else
            {
                places[option.Name] = setting.Where;
            }
        }

        CheckDisabled(options, places, collectors, faults);
        CheckBroker(options, places, faults);

        if (options.ProcessIntervalMs < options.IntervalMs)
        {
            // Processes are read with a sample, so a default shorter than a longer sampling interval follows it.
            options.ProcessIntervalMs = options.IntervalMs;
        }

        return options;
    }

    // A misspelt name would leave the collector running and nobody the wiser.
    private static void CheckDisabled(AgentOptions options, Dictionary<string, string> places, Func<IReadOnlyList<string>> collectors, List<string> faults)
    {
        if (options.Disable.Count == 0)
        {
            return;
        }

        IReadOnlyList<string> known = collectors();
        foreach (string name in options.Disable.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add($"{places["disable"]}: disable: unknown collector '{name}'; {Advice(name, known)}");
        }
    }

    private static string Advice(string written, IReadOnlyList<string> known) =>
        NearestName.Of(written, known) is { } near ? $"did you mean '{near}'?" : $"valid names: {string.Join(", ", known)}";

    // Every dial would be refused with the same sentence: better once, before anything runs.
    private static void CheckBroker(AgentOptions options, Dictionary<string, string> places, List<string> faults)
    {
        if (options.Broker is TcpAddress tcp && !options.AllowTcp && !IPAddress.IsLoopback(tcp.EndPoint.Address))
        {
            faults.Add($"{places["broker"]}: broker = '{tcp}': TCP to another machine is for the lab only: it is not encrypted and does not verify the VM identity. Use vsock, hvsock or unix, or set allow-tcp to true");
        }
    }

    /// <summary>Options among environment variables.</summary>
    public static IEnumerable<OptionSetting> FromEnvironment(IDictionary variables)
    {
        foreach (DictionaryEntry variable in variables)
        {
            string name = (string)variable.Key;
            if (name.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
            {
                yield return new OptionSetting(name[EnvironmentPrefix.Length..], (string?)variable.Value ?? "", $"environment variable {name}");
            }
        }
    }
}
