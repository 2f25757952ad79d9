using System.ComponentModel.DataAnnotations;
using HvIntegration.HostBroker.Api;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>Checks every setting and names all that are wrong at once.</summary>
internal static class BrokerOptionsValidator
{
    /// <summary>One sentence per fault, each with its setting; empty when all is well.</summary>
    public static IReadOnlyList<string> Validate(BrokerOptions options)
    {
        var faults = new List<string>();
        Annotations(faults, "", options);
        Annotations(faults, "Agents:", options.Agents);
        Annotations(faults, "Api:", options.Api);
        Annotations(faults, "History:", options.History);
        Annotations(faults, "Metrics:", options.Metrics);
        if (!CounterSourceCatalog.Names.Contains(options.Source))
        {
            faults.Add($"Source is '{options.Source}'; it must be one of {string.Join(", ", CounterSourceCatalog.Names)}");
        }

        faults.AddRange(options.Engine.Validate().Select(f => "Engine: " + f));
        foreach (string address in options.Agents.Listen)
        {
            Parse(faults, "Agents:Listen: ", () => TransportAddress.Parse(address, ProtocolLimits.VsockPort));
        }

        Parse(faults, "", () => ApiSecurity.Load(options.Api));
        return faults;
    }

    private static void Parse(List<string> faults, string setting, Func<object> parse)
    {
        try
        {
            parse();
        }
        catch (FormatException e)
        {
            faults.Add(setting + e.Message);
        }
    }

    private static void Annotations(List<string> faults, string section, object options)
    {
        var results = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
        {
            faults.AddRange(results.Select(r => $"{section}{r.MemberNames.FirstOrDefault()}: {r.ErrorMessage}"));
        }
    }
}
