using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Takes out of a statement what runs outside its VM, before words are made of it: processes of other VMs and of the host.</summary>
/// <remarks>VMs and the root partition keep their names: they are what a verdict is about. A sentence that was recorded without structure is left out, because nobody can tell what it names.</remarks>
public static class Redaction
{
    /// <summary>The statement without what runs elsewhere.</summary>
    /// <param name="statement">The verdict as structure.</param>
    /// <param name="alias">What to write for a process of the host; null for "a host process".</param>
    public static VerdictStatement WithoutOthers(VerdictStatement statement, Func<string, string>? alias = null)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement with
        {
            Culprits = [.. statement.Culprits.Select(c => WithoutOthers(c, statement.Partition, alias))],
            Recorded = statement.Recorded is { } words ? words with { Sentence = null } : null,
        };
    }

    /// <summary>The suspect without its process, and without its name where it is a process of the host.</summary>
    /// <param name="culprit">The suspect to redact.</param>
    /// <param name="vm">The VM that the verdict is about: its own processes stay.</param>
    /// <param name="alias">Replacement for the name of a host process; null for the default text.</param>
    public static Culprit WithoutOthers(Culprit culprit, Guid vm, Func<string, string>? alias = null)
    {
        ArgumentNullException.ThrowIfNull(culprit);
        return culprit switch
        {
            { IsHostProcess: true } => culprit with { Name = alias?.Invoke(culprit.Name) ?? string.Empty, Process = null, Kind = CulpritKind.HostProcessLeftOut },
            { Kind: CulpritKind.RootPartition } => culprit with { Name = Culprit.RootPartition, Process = null },
            { Kind: CulpritKind.RootPartitionRest } => culprit with { Name = Culprit.RootPartitionRest, Process = null },
            _ when culprit.Partition == vm => culprit,
            _ => culprit with { Process = null, IsProcessLeftOut = culprit.IsProcessLeftOut || culprit.Process is not null },
        };
    }
}
