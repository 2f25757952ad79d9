using System.Runtime.CompilerServices;

namespace HvIntegration.Protocol.Codec;

/// <summary>Who a process of the guest is. The same instance comes with every row until its slot is defined anew.</summary>
/// <param name="Pid">Number in the guest.</param>
/// <param name="StartTimeMs">Since boot of the guest; with <paramref name="Pid"/> the identity.</param>
/// <param name="Name">Short name, within the label bound.</param>
/// <param name="CommandHash">FNV-1a of the command line, 0 when unreadable.</param>
/// <param name="UserId">Numeric user.</param>
/// <param name="ParentPid">Parent's number.</param>
/// <param name="SessionId">Session.</param>
public sealed record DecodedProcessIdentity(
    int Pid, ulong StartTimeMs, string Name, ulong CommandHash, uint UserId, int ParentPid, uint SessionId)
{
    /// <summary>Free for the reader: what it looked up for this process once.</summary>
    public object? Tag { get; set; }
}

/// <summary>One process row of a batch, cumulative and absolute.</summary>
/// <param name="Identity">Who.</param>
/// <param name="Values">Columns.</param>
public readonly record struct DecodedProcess(DecodedProcessIdentity Identity, ProcessValues Values);

/// <summary>Values of a process row, one for each <see cref="ProcessColumn"/>.</summary>
[InlineArray(Count)]
public struct ProcessValues
{
    /// <summary>Number of columns that a process has on the wire.</summary>
    public const int Count = ProcessColumns.Count;

    private long _first;

    /// <summary>CPU time in user mode, microseconds.</summary>
    public readonly long CpuUserUs => this[(int)ProcessColumn.CpuUserUs];

    /// <summary>CPU time in the kernel, microseconds.</summary>
    public readonly long CpuSystemUs => this[(int)ProcessColumn.CpuSystemUs];

    /// <summary>Time runnable but waiting for a processor, microseconds.</summary>
    public readonly long RunWaitUs => this[(int)ProcessColumn.RunWaitUs];

    /// <summary>Physical memory in use, bytes.</summary>
    public readonly long ResidentBytes => this[(int)ProcessColumn.ResidentBytes];

    /// <summary>Memory that no other process shares, bytes.</summary>
    public readonly long PrivateBytes => this[(int)ProcessColumn.PrivateBytes];

    /// <summary>Page faults that needed the disk, since the process began.</summary>
    public readonly long MajorFaults => this[(int)ProcessColumn.MajorFaults];

    /// <summary>Bytes read from storage.</summary>
    public readonly long ReadBytes => this[(int)ProcessColumn.ReadBytes];

    /// <summary>Bytes written to storage.</summary>
    public readonly long WriteBytes => this[(int)ProcessColumn.WriteBytes];

    /// <summary>Number of threads the process has.</summary>
    public readonly long Threads => this[(int)ProcessColumn.Threads];

    /// <summary>State letter; '?' when the guest sent no printable ASCII code.</summary>
    public readonly char State => this[(int)ProcessColumn.State] is > 32 and < 127 and var code ? (char)code : '?';

    /// <summary>Open handles or descriptors.</summary>
    public readonly long Handles => this[(int)ProcessColumn.Handles];
}
