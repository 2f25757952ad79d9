using HvIntegration.Api.Contract;
using HvIntegration.Ingest.Streams;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Broker.Queries;

/// <summary>Reads rows of a whole process table; columns are in the order of ProcessRows on the wire, missing ones are 0.</summary>
internal static class ProcessTableRows
{
    private const double Micro = 1e-6;
    private const double Milli = 1e-3;

    public static ProcessTableRow Of(ProcessEntry entry)
    {
        var who = entry.Definition ?? new ProcessDefinition();
        long At(int column) => column < entry.Values.Count ? entry.Values[column] : 0;
        return new ProcessTableRow(
            (int)Math.Min(who.Pid, int.MaxValue), (int)Math.Min(who.ParentPid, int.MaxValue), HelloRules.Cut(who.Name), who.UserId,
            At(9) is > 32 and < 127 ? ((char)At(9)).ToString() : "?", (int)Math.Clamp(At(8), 0, int.MaxValue),
            who.StartTimeMs * Milli, (At(0) + At(1)) * Micro, At(2) * Micro, At(3), At(4), At(5), At(6), At(7));
    }
}
