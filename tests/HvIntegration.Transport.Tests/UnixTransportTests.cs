using HvIntegration.TransportProbe.Cases;

namespace HvIntegration.Transport.Tests;

public sealed class UnixTransportTests : TransportContract
{
    protected override TransportPlace Open() => new UnixPlace();
}
