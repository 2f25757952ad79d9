using HvIntegration.Engine.Diagnosis;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>On which side a cause is, where history keeps its id only.</summary>
internal static class CauseSide
{
    /// <summary>Side of a cause; null for an id that this version does not know.</summary>
    public static Side? Of(string hypothesis) => HypothesisCatalog.SideOf(hypothesis);
}
