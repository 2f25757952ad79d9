namespace HvIntegration.Protocol.Handshake;

/// <summary>Version of the wire. Another major is refused; another minor is served by what both know.</summary>
public static class ProtocolVersion
{
    /// <summary>Raised only with a new protobuf package.</summary>
    public const uint Major = 1;

    /// <summary>Raised with every added field or message.</summary>
    public const uint Minor = 0;
}
