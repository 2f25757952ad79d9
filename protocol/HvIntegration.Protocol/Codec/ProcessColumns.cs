using Google.Protobuf.Collections;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Codec;

/// <summary>Where the columns of a process row stand on the wire: for encoder and decoder.</summary>
public static class ProcessColumns
{
    /// <summary>Number of columns that a process has on the wire.</summary>
    public const int Count = (int)ProcessColumn.Handles + 1;

    /// <summary>Field of a column in <c>ProcessRows</c>.</summary>
    public static int FieldNumber(int column) => ProcessRows.CpuUserUsFieldNumber + column;

    /// <summary>Differences of a column, one for each row; empty when no row changed.</summary>
    public static RepeatedField<long> Deltas(ProcessRows rows, int column) => (ProcessColumn)column switch
    {
        ProcessColumn.CpuUserUs => rows.CpuUserUs,
        ProcessColumn.CpuSystemUs => rows.CpuSystemUs,
        ProcessColumn.RunWaitUs => rows.RunWaitUs,
        ProcessColumn.ResidentBytes => rows.ResidentBytes,
        ProcessColumn.PrivateBytes => rows.PrivateBytes,
        ProcessColumn.MajorFaults => rows.MajorFaults,
        ProcessColumn.ReadBytes => rows.ReadBytes,
        ProcessColumn.WriteBytes => rows.WriteBytes,
        ProcessColumn.Threads => rows.Threads,
        ProcessColumn.State => rows.State,
        ProcessColumn.Handles => rows.Handles,
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, "no such column of a process row"),
    };
}
