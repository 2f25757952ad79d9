using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>Makes the whole-table message within the bounds on rows and bytes.</summary>
internal static class ProcessTables
{
    // Envelope, request id and time.
    private const int FixedBytes = 64;

    /// <summary>Takes rows until the message would be too long.</summary>
    /// <param name="requestId">Of the request.</param>
    /// <param name="monotonicNs">Time of the table.</param>
    /// <param name="rows">Rows, most important first.</param>
    /// <param name="processesTotal">Processes in the guest.</param>
    public static ProcessTable Make(uint requestId, long monotonicNs, IReadOnlyList<ProcessEntry> rows, int processesTotal)
    {
        var table = new ProcessTable { RequestId = requestId, MonotonicNs = (ulong)monotonicNs };
        int bytes = FixedBytes;
        foreach (ProcessEntry row in rows)
        {
            row.Definition.Name = LabelText.Cut(row.Definition.Name, ProtocolLimits.LabelBytesMax);

            // Tag and a length of up to two bytes.
            bytes += row.CalculateSize() + 3;
            if (bytes > ProtocolLimits.MessageBytesMax)
            {
                break;
            }

            table.Processes.Add(row);
        }

        table.Truncated = table.Processes.Count < rows.Count || table.Processes.Count < processesTotal;
        return table;
    }
}
