using HvIntegration.Api.Contract;
using HvIntegration.CounterSources;

namespace HvIntegration.Broker.Queries;

/// <summary>The counter source as answers name it.</summary>
internal static class SourceViews
{
    /// <summary>Name, origin, and the label of numbers that are not live.</summary>
    public static SourceLabel Of(ICounterSource source) => new(source.Name, ApiText.Word(source.Origin), source.Words ?? source.Origin switch
    {
        SourceOrigin.Simulated => "SIMULATED: generated data, not this host",
        SourceOrigin.Replayed => "REPLAYED: a recording, not this host now",
        _ => null,
    });
}
