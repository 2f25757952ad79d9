namespace HvIntegration.Engine.Diagnosis;

/// <summary>Resource whose other users are suspects.</summary>
internal enum SharedResource
{
    /// <summary>Nothing is shared.</summary>
    None,

    /// <summary>Logical processors.</summary>
    Processors,

    /// <summary>The backing store.</summary>
    Store,

    /// <summary>Host memory.</summary>
    Memory,

    /// <summary>The virtual switch and its uplinks.</summary>
    Network,
}
