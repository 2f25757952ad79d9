using HvIntegration.Api.Access;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using HvIntegration.CounterSources.Catalog;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.HostBroker.Settings;

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
        Annotations(faults, "Budgets:", options.Budgets);
        Annotations(faults, "History:", options.History);
        Annotations(faults, "Metrics:", options.Metrics);
        if (!CounterSourceCatalog.Names.Contains(options.Source))
        {
            faults.Add($"Invalid Source '{options.Source}'. Use one of {string.Join(", ", CounterSourceCatalog.Names)}");
        }

        faults.AddRange(options.Engine.Validate().Select(f => "Engine:" + f));
        foreach (string address in options.Agents.Listen)
        {
            Parse(faults, "Agents:Listen: ", () => TransportAddress.Parse(address, ProtocolLimits.VsockPort));
        }

        Parse(faults, "", () => ApiSecurity.Load(options.Api, TimeProvider.System, makeToken: false));
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
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                object? value = property.GetValue(options);
                if (!rule.IsValid(value))
                {
                    faults.Add(rule is RangeAttribute range
                        ? string.Create(CultureInfo.InvariantCulture, $"{section}{property.Name} is {value}: use a value from {range.Minimum} to {range.Maximum}")
                        : $"{section}{property.Name}: {rule.FormatErrorMessage(property.Name)}");
                }
            }
        }
    }
}
