using System.Globalization;
using System.Net;

namespace HvIntegration.Transport.Abstractions;

/// <summary>An address of one of the transports, as administrators write it.</summary>
/// <remarks>
/// <c>hvsock://parent</c>, <c>hvsock://parent/&lt;service-guid&gt;</c>, <c>hvsock://&lt;vm-guid|wildcard|children&gt;/…</c>,
/// <c>vsock://2:1213614336</c> (cid:port; <c>any</c> as cid to listen), <c>unix:///run/hvi/vm1.sock</c>,
/// <c>tcp://127.0.0.1:7777</c>, <c>memory://name</c>.
/// </remarks>
public abstract record TransportAddress(TransportKind Kind)
{
    /// <summary>Stands for any CID in an address to listen on.</summary>
    public const uint VsockAny = 0xFFFFFFFF;

    /// <summary>CID of the host as a guest sees it.</summary>
    public const uint VsockHost = 2;

    /// <summary>Reads the text form.</summary>
    /// <param name="text">See the remarks of the type.</param>
    /// <param name="defaultPort">vsock port where the text gives none; Data1 of the Hyper-V service GUID too.</param>
    /// <exception cref="FormatException">The text is not an address; the message says what is wrong and shows a right one.</exception>
    public static TransportAddress Parse(string text, uint defaultPort)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        string rest = colon < 0 ? "" : text[(colon + 3)..];
        return (colon < 0 ? "" : text[..colon].ToLowerInvariant()) switch
        {
            "unix" when rest.StartsWith('/') => new UnixAddress(rest),
            "unix" => throw new FormatException($"'{text}': a unix address needs an absolute path, such as unix:///run/hvi/vm1.sock"),
            "memory" => new MemoryAddress(rest),
            "tcp" => IPEndPoint.TryParse(rest, out var end) && end.Port is > 0 or 0 && rest.Contains(':', StringComparison.Ordinal)
                ? new TcpAddress(end)
                : throw new FormatException($"'{text}': a tcp address is an IP address and a port, such as tcp://127.0.0.1:7777"),
            "vsock" => ParseVsock(text, rest, defaultPort),
            "hvsock" => ParseHvSocket(text, rest, defaultPort),
            _ => throw new FormatException($"'{text}': an address starts with hvsock://, vsock://, unix:// or tcp://, such as vsock://2"),
        };
    }

    private static VsockAddress ParseVsock(string text, string rest, uint defaultPort)
    {
        string[] parts = rest.Split(':');
        uint port = defaultPort;
        bool good = parts.Length is 1 or 2
            && (parts.Length == 1 || (uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= int.MaxValue));
        uint cid = VsockAny;
        good = good && (parts[0] == "any" || uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out cid));
        return good
            ? new VsockAddress(cid, port)
            : throw new FormatException($"'{text}': a vsock address is a CID (or any) and a port up to 2147483647, such as vsock://2:{defaultPort}");
    }

    private static HvSocketAddress ParseHvSocket(string text, string rest, uint defaultPort)
    {
        string[] parts = rest.TrimEnd('/').Split('/');
        Guid service = HvSocketAddress.TemplateService(defaultPort);
        Guid vm = Guid.Empty;
        bool good = parts.Length is 1 or 2 && (parts.Length == 1 || Guid.TryParse(parts[1], out service));
        if (good)
        {
            switch (parts[0].ToLowerInvariant())
            {
                case "parent": vm = HvSocketAddress.Parent; break;
                case "wildcard": vm = HvSocketAddress.Wildcard; break;
                case "children": vm = HvSocketAddress.Children; break;
                case "loopback": vm = HvSocketAddress.LoopbackVm; break;
                default: good = Guid.TryParse(parts[0], out vm); break;
            }
        }

        return good
            ? new HvSocketAddress(vm, service)
            : throw new FormatException($"'{text}': an hvsock address is parent, children, wildcard or a VM GUID, then optionally /service GUID, such as hvsock://parent");
    }
}

/// <summary>Address of a socket between a VM and its Linux host, AF_VSOCK.</summary>
public sealed record VsockAddress(uint Cid, uint Port) : TransportAddress(TransportKind.Vsock)
{
    /// <inheritdoc/>
    public override string ToString() => Cid == VsockAny ? $"vsock://any:{Port}" : $"vsock://{Cid}:{Port}";
}

/// <summary>Address of a socket between a VM and its Hyper-V host, AF_HYPERV.</summary>
public sealed record HvSocketAddress(Guid VmId, Guid ServiceId) : TransportAddress(TransportKind.HvSocket)
{
    /// <summary>Listen: every partition; also the address to bind before a connect.</summary>
    public static Guid Wildcard => Guid.Empty;

    /// <summary>Listen on the host: child partitions only.</summary>
    public static Guid Children { get; } = new("90db8b89-0d35-4f79-8ce9-49ea0ac8b7cd");

    /// <summary>The host, seen from a guest.</summary>
    public static Guid Parent { get; } = new("a42e7cda-d03f-480c-9cc2-a4de20abb878");

    /// <summary>Stands for the machine one runs on.</summary>
    public static Guid LoopbackVm { get; } = new("e0e16197-dd56-4a10-9195-5ee7a155a838");

    /// <summary>Service GUID that a Linux guest reaches as this vsock port.</summary>
    public static Guid TemplateService(uint port) => new(port, 0xfacb, 0x11e6, 0xbd, 0x58, 0x64, 0x00, 0x6a, 0x79, 0x86, 0xd3);

    /// <inheritdoc/>
    public override string ToString() => $"hvsock://{VmId}/{ServiceId}";
}

/// <summary>Address of a Unix-domain socket on this machine.</summary>
public sealed record UnixAddress(string Path) : TransportAddress(TransportKind.Unix)
{
    /// <inheritdoc/>
    public override string ToString() => $"unix://{Path}";
}

/// <summary>Address of a TCP socket; taken on loopback only unless allowed.</summary>
public sealed record TcpAddress(IPEndPoint EndPoint) : TransportAddress(TransportKind.Tcp)
{
    /// <inheritdoc/>
    public override string ToString() => $"tcp://{EndPoint}";
}

/// <summary>Address of a listener in the same process, for tests.</summary>
public sealed record MemoryAddress(string Name) : TransportAddress(TransportKind.Memory)
{
    /// <inheritdoc/>
    public override string ToString() => $"memory://{Name}";
}
