using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>The resources of which a case could say whether they hurt the guest.</summary>
internal static class JudgedResources
{
    private static readonly ResourceFamily[] Judgeable = [ResourceFamily.Cpu, ResourceFamily.Memory, ResourceFamily.Storage, ResourceFamily.Network];

    // One list for each combination: a verdict of every second names one.
    private static readonly IReadOnlyList<ResourceFamily>[] Lists =
        [.. Enumerable.Range(0, 1 << Judgeable.Length).Select(set => (IReadOnlyList<ResourceFamily>)[.. Judgeable.Where((_, i) => (set & (1 << i)) != 0)])];

    /// <summary>The resources; the same list for the same ones.</summary>
    /// <param name="none">The case for "nothing wrong", which asks about each resource.</param>
    public static IReadOnlyList<ResourceFamily> Of(CaseFile none)
    {
        var set = 0;
        for (var i = 0; i < Judgeable.Length; i++)
        {
            set |= none.Answers(Judgeable[i]) ? 1 << i : 0;
        }

        return Lists[set];
    }
}
