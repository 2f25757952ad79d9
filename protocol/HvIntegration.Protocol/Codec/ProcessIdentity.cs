using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Codec;

/// <summary>Which process a slot holds: what stays the same while it runs.</summary>
/// <param name="Pid">Number in the guest.</param>
/// <param name="StartTimeMs">Since boot of the guest; with <paramref name="Pid"/> the identity.</param>
/// <param name="Name">Short name, not the command line.</param>
/// <param name="CommandHash">FNV-1a of the command line, 0 when unreadable.</param>
/// <param name="UserId">Numeric user (Linux) or 0.</param>
/// <param name="ParentPid">Parent's number.</param>
/// <param name="SessionId">Windows session or Linux session leader.</param>
public sealed record ProcessIdentity(
    int Pid, ulong StartTimeMs, string Name, ulong CommandHash, uint UserId, int ParentPid, uint SessionId)
{
    /// <summary>The process as the whole table carries it.</summary>
    /// <param name="row">Its place in the table.</param>
    /// <param name="values">A value for each <see cref="ProcessColumn"/>.</param>
    public ProcessEntry ToEntry(int row, ReadOnlySpan<long> values)
    {
        var entry = new ProcessEntry
        {
            Definition = new ProcessDefinition
            {
                Slot = (uint)row,
                Pid = (uint)Pid,
                StartTimeMs = StartTimeMs,
                Name = Name,
                CommandHash = CommandHash,
                UserId = UserId,
                ParentPid = (uint)ParentPid,
                SessionId = SessionId,
            },
        };
        foreach (long value in values)
        {
            entry.Values.Add(value);
        }

        return entry;
    }
}
