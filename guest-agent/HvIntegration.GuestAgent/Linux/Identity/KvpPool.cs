using System.Text;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Text;

namespace HvIntegration.GuestAgent.Linux.Identity;

/// <summary>Reads a pool file of the Hyper-V key-value daemon: records of 512 bytes key and 2048 bytes value, zero-padded.</summary>
/// <remarks>Source: <c>include/uapi/linux/hyperv.h</c>. The daemon rewrites it under a lock; a torn record shows at worst a wrong hint.</remarks>
internal static class KvpPool
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 512;

    /// <summary>Bytes of one record.</summary>
    public const int RecordBytes = KeyBytes + 2048;

    /// <summary>Splits a file into pairs; a record that is cut or has no key is left out. Any bytes are safe.</summary>
    /// <param name="file">Content.</param>
    /// <param name="entriesMax">Most pairs.</param>
    /// <param name="textBytesMax">Longest key or value; longer ones are cut.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(ReadOnlySpan<byte> file, int entriesMax, int textBytesMax)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        while (file.Length >= RecordBytes && pairs.Count < entriesMax)
        {
            var key = Text(file[..KeyBytes], textBytesMax);
            if (key.Length > 0)
            {
                pairs.Add(new(key, Text(file[KeyBytes..RecordBytes], textBytesMax)));
            }

            file = file[RecordBytes..];
        }

        return pairs;
    }

    private static string Text(ReadOnlySpan<byte> padded, int bytesMax)
    {
        var end = padded.IndexOf((byte)0);
        var bytes = ByteCursor.Trim(end >= 0 ? padded[..end] : padded);
        return SafeText.Of(Encoding.UTF8.GetString(bytes), bytesMax, new Rune('?'));
    }
}
