namespace HvIntegration.Protocol.Codec;

/// <summary>The processes of a batch as the encoder reads them: a slot each, stable while the process stays selected.</summary>
public interface IProcessSlots
{
    /// <summary>Most processes that can be selected at once.</summary>
    int Capacity { get; }

    /// <summary>Processes in the whole guest at the last read.</summary>
    int ProcessesTotal { get; }

    /// <summary>The process in a slot; null when it is empty.</summary>
    ProcessIdentity? Identity(int slot);

    /// <summary>True when the slot was read in this sample.</summary>
    bool IsPresent(int slot);

    /// <summary>True when the slot got another process, or became free, since <see cref="ClearRedefined"/>.</summary>
    bool IsRedefined(int slot);

    /// <summary>Newest values of a slot, by <see cref="ProcessColumn"/>.</summary>
    ReadOnlySpan<long> Row(int slot);

    /// <summary>Called by the encoder after the definitions were written.</summary>
    void ClearRedefined();
}
