using HvIntegration.TransportProbe.Cases;

namespace HvIntegration.Transport.Tests;

public sealed class MemoryTransportTests : TransportContract
{
    protected override TransportPlace Open() => new MemoryPlace();
}
