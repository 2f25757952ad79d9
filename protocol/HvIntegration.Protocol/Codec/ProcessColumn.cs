namespace HvIntegration.Protocol.Codec;

/// <summary>Columns of a process row. Column n is the n-th field of <c>ProcessRows</c> from <c>cpu_user_us</c> on, and the n-th value of a row in a snapshot.</summary>
/// <remarks>The order is the wire's: a new column goes to the end.</remarks>
public enum ProcessColumn
{
    /// <summary>CPU time in user mode, microseconds.</summary>
    CpuUserUs,

    /// <summary>CPU time in the kernel, microseconds.</summary>
    CpuSystemUs,

    /// <summary>Time runnable but waiting for a processor, microseconds.</summary>
    RunWaitUs,

    /// <summary>Physical memory in use, bytes.</summary>
    ResidentBytes,

    /// <summary>Memory that no other process shares, bytes.</summary>
    PrivateBytes,

    /// <summary>Page faults that needed the disk, since the process began.</summary>
    MajorFaults,

    /// <summary>Bytes read from storage.</summary>
    ReadBytes,

    /// <summary>Bytes written to storage.</summary>
    WriteBytes,

    /// <summary>Number of threads the process has.</summary>
    Threads,

    /// <summary>ASCII code of the state letter.</summary>
    State,

    /// <summary>Open handles or descriptors.</summary>
    Handles,
}
