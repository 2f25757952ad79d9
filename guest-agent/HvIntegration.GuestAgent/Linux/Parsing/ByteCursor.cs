namespace HvIntegration.GuestAgent.Linux.Parsing;

/// <summary>Reads lines, fields and numbers from kernel text without allocating and without ever throwing.</summary>
/// <remarks>Pure; numbers saturate at <see cref="long.MaxValue"/>. Every call that returns true takes at least one byte away.</remarks>
internal ref struct ByteCursor(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Next line without its end; false at the end of the text.</summary>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        var end = _rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = _rest;
            _rest = default;
        }
        else
        {
            line = _rest[..end];
            _rest = _rest[(end + 1)..];
        }

        return true;
    }

    /// <summary>Next run of non-blanks; false when only blanks are left.</summary>
    public bool TryReadField(out ReadOnlySpan<byte> field)
    {
        SkipBlanks();
        var end = 0;
        while (end < _rest.Length && !IsBlank(_rest[end]))
        {
            end++;
        }

        field = _rest[..end];
        _rest = _rest[end..];
        return end > 0;
    }

    /// <summary>Skips fields; stops at the end of the text.</summary>
    public void SkipFields(int count)
    {
        while (count-- > 0 && TryReadField(out _))
        {
        }
    }

    /// <summary>Next field as an unsigned decimal. False, and the field is taken all the same, when it is not one.</summary>
    public bool TryReadNumber(out long value)
    {
        SkipBlanks();
        value = 0;
        var index = 0;
        while (index < _rest.Length)
        {
            var digit = (uint)(_rest[index] - '0');
            if (digit > 9)
            {
                break;
            }

            value = value > (long.MaxValue - 9) / 10 ? long.MaxValue : (value * 10) + digit;
            index++;
        }

        var isNumber = index > 0 && (index == _rest.Length || IsBlank(_rest[index]));
        while (index < _rest.Length && !IsBlank(_rest[index]))
        {
            index++;
        }

        _rest = _rest[index..];
        return isNumber;
    }

    /// <summary>Value of an unsigned decimal that fills the whole span.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> digits, out long value) =>
        new ByteCursor(digits).TryReadNumber(out value) && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    /// <summary>The text without blanks and line ends on both sides.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n\0"u8);

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';

    private void SkipBlanks()
    {
        var index = 0;
        while (index < _rest.Length && IsBlank(_rest[index]))
        {
            index++;
        }

        _rest = _rest[index..];
    }
}
