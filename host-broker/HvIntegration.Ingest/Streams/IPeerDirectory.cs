using HvIntegration.Model;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Streams;

/// <summary>Joins peer addresses with the inventory of the host.</summary>
internal interface IPeerDirectory
{
    /// <summary>The VM at this address, or null when no VM of this host has it.</summary>
    PartitionInfo? Find(PeerIdentity peer);
}
