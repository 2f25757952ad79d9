using HvIntegration.Protocol.V1;

namespace HvIntegration.Ingest;

/// <summary>Ends one stream with a <see cref="Refuse"/> for the guest's administrator.</summary>
internal sealed class RefusedException(RefuseReason reason, string text, string remedy, Exception? inner = null) : Exception(text, inner)
{
    /// <summary>Class of the refusal, as the wire names it.</summary>
    public RefuseReason Reason { get; } = reason;

    /// <summary>What to do, one sentence.</summary>
    public string Remedy { get; } = remedy;
}
