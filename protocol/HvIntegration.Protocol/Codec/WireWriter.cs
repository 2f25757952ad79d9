using System.Text;

namespace HvIntegration.Protocol.Codec;

/// <summary>Writes protobuf fields into a buffer of its own that is used again for each message.</summary>
/// <remarks>
/// Hand-written because the generated classes allocate for every field of every second. The length of a nested message
/// is not known before its content: one byte is kept for it, and longer lengths move the content, which is small.
/// </remarks>
internal sealed class WireWriter(int bytesMax)
{
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Bytes written since <see cref="Clear"/>.</summary>
    public int Length => _length;

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>Writes a field of type uint32, uint64 or enum; a zero is left out, as proto3 does.</summary>
    public void UInt(int field, ulong value)
    {
        if (value != 0)
        {
            Varint((uint)(field << 3));
            Varint(value);
        }
    }

    /// <summary>Writes a field of type sint32 or sint64; a zero is left out.</summary>
    public void SInt(int field, long value) => UInt(field, ZigZag(value));

    /// <summary>Writes a fixed64 field; a zero is left out.</summary>
    public void Fixed64(int field, ulong value)
    {
        if (value != 0)
        {
            Varint((uint)((field << 3) | 1));
            Reserve(8);
            BitConverter.TryWriteBytes(_buffer.AsSpan(_length), value);
            _length += 8;
        }
    }

    /// <summary>Writes a string field that is not repeated; an empty one is left out.</summary>
    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            RepeatedText(field, value);
        }
    }

    /// <summary>Writes one element of a repeated string field.</summary>
    public void RepeatedText(int field, string value)
    {
        int start = Begin(field);
        Reserve(Encoding.UTF8.GetMaxByteCount(value.Length));
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
        End(start);
    }

    /// <summary>Begins a length-delimited field; content follows, then <see cref="End"/>.</summary>
    /// <returns>What <see cref="End"/> needs.</returns>
    public int Begin(int field)
    {
        Varint((uint)((field << 3) | 2));
        Reserve(1);
        return ++_length;
    }

    /// <summary>Ends a length-delimited field.</summary>
    public void End(int start)
    {
        int size = _length - start;
        int extra = 0;
        for (int rest = size >> 7; rest != 0; rest >>= 7)
        {
            extra++;
        }

        if (extra > 0)
        {
            Reserve(extra);
            _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + extra));
            _length += extra;
        }

        int at = start - 1;
        for (; size >= 0x80; size >>= 7)
        {
            _buffer[at++] = (byte)(size | 0x80);
        }

        _buffer[at] = (byte)size;
    }

    /// <summary>Takes back a field begun at <paramref name="start"/> when nothing was written into it.</summary>
    /// <returns>True when it was empty and is gone; else it must be ended.</returns>
    public bool TakeBackIfEmpty(int start, int field)
    {
        if (_length != start)
        {
            return false;
        }

        _length = start - 1 - (field < 16 ? 1 : 2);
        return true;
    }

    /// <summary>Writes one element of a packed sint64 field.</summary>
    public void PackedSInt(long value) => Varint(ZigZag(value));

    /// <summary>Writes one raw byte.</summary>
    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    /// <summary>Drops zero bytes from the end of the content that began at <paramref name="start"/>.</summary>
    public void TrimZeros(int start)
    {
        while (_length > start && _buffer[_length - 1] == 0)
        {
            _length--;
        }
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_length++] = (byte)value;
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes <= _buffer.Length)
        {
            return;
        }

        // The bounds on series, labels, processes and events keep messages below this; reaching it is a bug of ours.
        int need = _length + bytes;
        if (need > bytesMax + 1024)
        {
            throw new InvalidOperationException($"the message would exceed {bytesMax} bytes");
        }

        Array.Resize(ref _buffer, Math.Min(Math.Max(_buffer.Length * 2, need), bytesMax + 1024));
    }
}
