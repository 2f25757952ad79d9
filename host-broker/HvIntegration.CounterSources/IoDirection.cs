namespace HvIntegration.CounterSources;

/// <summary>Values of <c>disk.io.direction</c> and <c>network.io.direction</c> as the catalog spells them.</summary>
public static class IoDirection
{
    /// <summary>disk.io.direction of data that the VM reads.</summary>
    public const string Read = "read";

    /// <summary>disk.io.direction of data that the VM writes.</summary>
    public const string Write = "write";

    /// <summary>disk.io.direction of a counter that does not tell reads from writes.</summary>
    public const string Both = "all";

    /// <summary>network.io.direction, as the VM sees it.</summary>
    public const string Receive = "receive";

    /// <summary>network.io.direction, as the VM sees it.</summary>
    public const string Transmit = "transmit";
}
