using HvIntegration.TransportProbe.Cases;

namespace HvIntegration.Transport.Tests;

public sealed class TcpTransportTests : TransportContract
{
    protected override TransportPlace Open() => new TcpPlace();
}
