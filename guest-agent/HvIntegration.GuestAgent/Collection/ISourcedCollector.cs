namespace HvIntegration.GuestAgent.Collection;

/// <summary>A collector with more than one source, which names the one in use.</summary>
internal interface ISourcedCollector
{
    /// <summary>The source of the last read, with the reason when it is not the first choice; empty when there is none.</summary>
    string Source { get; }
}
