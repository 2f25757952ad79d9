using System.Text;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Finds out how a recording's bytes stand for text.</summary>
internal static class PdhText
{
    private const int ProbeBytes = 256 * 1024;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Opens a reader over the stream.</summary>
    /// <param name="stream">Read from its start; need not seek.</param>
    /// <param name="ansiCodePage">Taken where the bytes are neither marked nor UTF-8: the recorder's ANSI code page.</param>
    /// <exception cref="ArgumentException">There is no such code page.</exception>
    /// <exception cref="InvalidDataException">The first line has zero bytes, so the file is no text.</exception>
    public static TextReader Open(Stream stream, int ansiCodePage)
    {
        byte[] probe = new byte[ProbeBytes];
        int length = stream.ReadAtLeast(probe, probe.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(probe.AsMemory(0, length), stream);
        return new StreamReader(whole, Guess(probe.AsSpan(0, length), ansiCodePage), detectEncodingFromByteOrderMarks: true);
    }

    private static Encoding Guess(ReadOnlySpan<byte> bytes, int ansiCodePage)
    {
        // Every recording starts with a quote or a bracket: a zero beside it is half of a UTF-16 unit.
        if (bytes.Length >= 2 && bytes[0] != 0 && bytes[1] == 0)
        {
            return Encoding.Unicode;
        }

        if (bytes.Length >= 2 && bytes[0] == 0 && bytes[1] != 0)
        {
            return Encoding.BigEndianUnicode;
        }

        // Where a mark at the start names UTF-16, half of the bytes may be zero.
        bool marked = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
        int first = bytes.IndexOf((byte)'\n');
        if (!marked && (first >= 0 ? bytes[..first] : bytes).Contains((byte)0))
        {
            throw new InvalidDataException();
        }

        // Names stand in the first line; a character cut at its end must not count against UTF-8.
        int end = bytes.IndexOf((byte)'\n');
        var line = end >= 0 ? bytes[..end] : bytes;
        for (int cut = 0; cut <= Math.Min(end >= 0 ? 0 : 3, line.Length); cut++)
        {
            try
            {
                Strict.GetCharCount(line[..^cut]);
                return Encoding.UTF8;
            }
            catch (DecoderFallbackException)
            {
                // Tried again without the last byte.
            }
        }

        return CodePagesEncodingProvider.Instance.GetEncoding(ansiCodePage) ?? Encoding.GetEncoding(ansiCodePage);
    }
}
