using System.Security.Cryptography;
using System.Text;

namespace HvIntegration.CounterSources;

/// <summary>Stands in for a VM GUID where a source gives none.</summary>
public static class PartitionGuid
{
    /// <summary>Makes the same GUID from the same name for ever, different from every GUID a hypervisor makes.</summary>
    /// <param name="scope">Source and host, so that equal names on two hosts differ.</param>
    /// <param name="name">VM name; case does not matter, as counter instances have none.</param>
    /// <remarks>RFC 9562 version 8: the first 16 bytes of SHA-256 over "hvi", scope and name with version and variant set.</remarks>
    public static Guid FromName(string scope, string name)
    {
        byte[] text = Encoding.UTF8.GetBytes($"hvi\0{scope.ToUpperInvariant()}\0{name.ToUpperInvariant()}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
