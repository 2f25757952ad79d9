using HvIntegration.Engine.Model;
using HvIntegration.Transport;

namespace HvIntegration.HostBroker.Ingest;

/// <summary>Joins peer addresses with the inventory of the host.</summary>
internal interface IPeerDirectory
{
    /// <summary>The VM at this address, or null when no VM of this host has it.</summary>
    PartitionInfo? Find(PeerIdentity peer);
}
