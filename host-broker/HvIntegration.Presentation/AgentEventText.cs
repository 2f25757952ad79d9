using System.Collections.Frozen;

namespace HvIntegration.Presentation;

/// <summary>Names of what agents report about themselves.</summary>
public static class AgentEventText
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["service-started"] = "agent started",
        ["clock-step"] = "guest clock step",
        ["clock-source"] = "clock source changed",
        ["samples-dropped"] = "samples dropped",
        ["reconnected"] = "agent reconnected",
        ["configured"] = "agent settings changed",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Name of an event.</summary>
    /// <param name="kind">Kind as the API writes it; "agent event" for one that this version does not know.</param>
    public static string Name(string kind) => Names.GetValueOrDefault(kind, "agent event");
}
