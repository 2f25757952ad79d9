using System.Text;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>Slots and definition bytes that all collectors of the agent share.</summary>
/// <remarks>
/// The bound on bytes makes every batch, and the snapshot of all series, fit into one message of
/// <see cref="ProtocolLimits.MessageBytesMax"/>. Thread-safe: collectors run on more than one thread.
/// </remarks>
internal sealed class SeriesBudget
{
    /// <summary>Of a snapshot; processes and the rest of a batch have what is left of the message.</summary>
    public const int BytesMax = 200 * 1024;

    // Tags, lengths, collector, slot, metric id and a value of ten bytes.
    private const int FixedBytes = 32;
    private readonly Lock _lock = new();
    private int _slots;
    private int _bytes;

    /// <summary>Takes room for one series.</summary>
    /// <param name="identity">What the series is.</param>
    /// <param name="newSlot">False when a slot is used again: slots are never given back, their bytes are.</param>
    public bool TryTake(SeriesIdentity identity, bool newSlot)
    {
        int bytes = BytesOf(identity);
        lock (_lock)
        {
            if (_bytes + bytes > BytesMax || (newSlot && _slots == ProtocolLimits.SeriesMax))
            {
                return false;
            }

            _bytes += bytes;
            _slots += newSlot ? 1 : 0;
            return true;
        }
    }

    /// <summary>Gives the bytes of a retired series back.</summary>
    public void GiveBack(SeriesIdentity identity)
    {
        lock (_lock)
        {
            _bytes -= BytesOf(identity);
        }
    }

    private static int BytesOf(SeriesIdentity identity)
    {
        int bytes = FixedBytes;
        foreach (string attribute in identity.Attributes)
        {
            bytes += 3 + Encoding.UTF8.GetByteCount(attribute);
        }

        return bytes;
    }
}
