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

/// <summary>Columns of a process row in the order of <c>ProcessRows</c> on the wire.</summary>
[InlineArray(Count)]
public struct ProcessValues
{
    /// <summary>Number of columns.</summary>
    public const int Count = 11;

    private long _first;

    /// <summary>CPU time in user mode, microseconds.</summary>
    public readonly long CpuUserUs => this[0];

    /// <summary>CPU time in the kernel, microseconds.</summary>
    public readonly long CpuSystemUs => this[1];

    /// <summary>Time runnable but waiting for a processor, microseconds.</summary>
    public readonly long RunWaitUs => this[2];

    /// <summary>Resident memory, bytes.</summary>
    public readonly long ResidentBytes => this[3];

    /// <summary>Private memory, bytes.</summary>
    public readonly long PrivateBytes => this[4];

    /// <summary>Major faults.</summary>
    public readonly long MajorFaults => this[5];

    /// <summary>Bytes read from storage.</summary>
    public readonly long ReadBytes => this[6];

    /// <summary>Bytes written to storage.</summary>
    public readonly long WriteBytes => this[7];

    /// <summary>Threads.</summary>
    public readonly long Threads => this[8];

    /// <summary>State letter; '?' when the guest sent no printable ASCII code.</summary>
    public readonly char State => this[9] is > 32 and < 127 ? (char)this[9] : '?';

    /// <summary>Open handles or descriptors.</summary>
    public readonly long Handles => this[10];
}
