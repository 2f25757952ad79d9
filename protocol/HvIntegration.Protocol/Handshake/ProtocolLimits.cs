namespace HvIntegration.Protocol.Handshake;

/// <summary>Bounds that both sides keep; over them a message is refused or a row dropped, and counted.</summary>
public static class ProtocolLimits
{
    /// <summary>Largest message in either direction, bytes.</summary>
    public const int MessageBytesMax = 256 * 1024;

    /// <summary>Series one VM may define.</summary>
    public const int SeriesMax = 4096;

    /// <summary>Longest attribute value, process name or hint in UTF-8 bytes; longer ones are cut.</summary>
    public const int LabelBytesMax = 128;

    /// <summary>Processes in one batch.</summary>
    public const int ProcessesMax = 64;

    /// <summary>Rows of a whole process table.</summary>
    public const int ProcessTableRowsMax = 2048;

    /// <summary>Batches one VM may send in a second, resends aside.</summary>
    public const int BatchesPerSecondMax = 20;

    /// <summary>Metric descriptors and identity hints in a Hello.</summary>
    public const int HelloEntriesMax = 1024;

    /// <summary>Collectors an agent may name in a Hello.</summary>
    public const int CollectorsMax = 64;

    /// <summary>Attributes of one series; metrics of later versions included.</summary>
    public const int AttributesMax = 8;

    /// <summary>Events in one batch.</summary>
    public const int EventsMax = 32;

    /// <summary>Longest reason of a collector, event text, refusal or description in UTF-8 bytes; longer ones are cut.</summary>
    public const int SentenceBytesMax = 512;

    /// <summary>vsock port of the broker; also Data1 of its Hyper-V service GUID: one GUID for Windows and Linux guests.</summary>
    /// <remarks>0x48564900 is "HVI" and a zero. Listenable vsock ports end at 0x7FFFFFFF.</remarks>
    public const uint VsockPort = 0x48564900;

    /// <summary>Template GUID <c>&lt;port&gt;-facb-11e6-bd58-64006a7986d3</c> with <see cref="VsockPort"/>: 48564900-facb-11e6-bd58-64006a7986d3.</summary>
    public static Guid HvSocketServiceId { get; } = new(VsockPort, 0xfacb, 0x11e6, 0xbd, 0x58, 0x64, 0x00, 0x6a, 0x79, 0x86, 0xd3);
}
