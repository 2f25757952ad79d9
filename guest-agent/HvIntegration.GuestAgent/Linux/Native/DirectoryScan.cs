using System.Buffers.Binary;

namespace HvIntegration.GuestAgent.Linux.Native;

/// <summary>Walks the records that getdents64 wrote.</summary>
/// <remarks>
/// struct linux_dirent64: d_ino 8 bytes, d_off 8, d_reclen 2, d_type 1, d_name zero-terminated. Pure: any bytes are safe,
/// a record that does not fit ends the walk.
/// </remarks>
internal ref struct DirectoryScan(ReadOnlySpan<byte> records)
{
    private const int LengthOffset = 16;
    private const int NameOffset = 19;
    private ReadOnlySpan<byte> _rest = records;

    /// <summary>Next entry's name without the zero.</summary>
    public bool TryNext(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (_rest.Length <= NameOffset)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest[LengthOffset..]);
        if (length <= NameOffset || length > _rest.Length)
        {
            _rest = default;
            return false;
        }

        name = _rest[NameOffset..length];
        var end = name.IndexOf((byte)0);
        name = end >= 0 ? name[..end] : name;
        _rest = _rest[length..];
        return true;
    }
}
