using System.Text;
using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Finds out how a recording's bytes stand for text.</summary>
internal static class PdhText
{
    private const int ProbeBytes = 256 * 1024;

    // Of the languages whose counter names are known; of equals the first.
    private static readonly int[] AnsiPages = [1252, 1251];

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Opens a reader over the stream.</summary>
    /// <param name="stream">Read from its start; need not seek.</param>
    /// <param name="ansiCodePage">Taken where the bytes are neither marked nor UTF-8: the recorder's ANSI code page; null to choose the one in which most counter sets have known names.</param>
    /// <param name="taken">The code page that was taken; 0 where none was.</param>
    /// <exception cref="ArgumentException">There is no such code page.</exception>
    /// <exception cref="NotTextException">The file is a known other format, or its first line has zero bytes.</exception>
    public static TextReader Open(Stream stream, int? ansiCodePage, out int taken)
    {
        byte[] probe = new byte[ProbeBytes];
        int length = stream.ReadAtLeast(probe, probe.Length, throwOnEndOfStream: false);
        var bytes = probe.AsSpan(0, length);
        RefuseOther(bytes);
        var encoding = Marked(bytes) ?? (IsUtf8(bytes) ? Encoding.UTF8 : null);
        taken = encoding is null ? ansiCodePage ?? LikelyCodePage(bytes) : 0;
        encoding ??= OfCodePage(taken);
        return new StreamReader(new PrefixedStream(probe.AsMemory(0, length), stream), encoding, detectEncodingFromByteOrderMarks: true);
    }

    private static Encoding OfCodePage(int number) => CodePagesEncodingProvider.Instance.GetEncoding(number) ?? Encoding.GetEncoding(number);

    private static int LikelyCodePage(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
        byte[] line = (end < 0 ? bytes : bytes[..end]).ToArray();
        return AnsiPages.MaxBy(page => LocalNames.SetsIn(OfCodePage(page).GetString(line)));
    }

    private static void RefuseOther(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("PK\x03\x04"u8))
        {
            throw new NotTextException("an Excel workbook or a ZIP archive", "use the CSV file of the recorder; in Excel, 'Save as' CSV loses the seconds of the times");
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) || bytes.StartsWith("BZh"u8) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFD, .. "7zXZ"u8]) || bytes.StartsWith((ReadOnlySpan<byte>)[.. "7z"u8, 0xBC, 0xAF]))
        {
            throw new NotTextException("a compressed file", "unpack it first");
        }
    }

    // UTF-16 shows in its zero bytes; null where nothing marks the bytes.
    private static Encoding? Marked(ReadOnlySpan<byte> bytes)
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
            throw new NotTextException("not a text file: it contains zero bytes", "use a recording written by 'typeperf -f CSV', or convert with 'relog FILE.blg -f csv'");
        }

        // StreamReader follows the mark.
        return marked ? Encoding.UTF8 : null;
    }

    private static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        // Names stand in the first line; a character cut at its end must not count against UTF-8.
        int end = bytes.IndexOf((byte)'\n');
        var line = end >= 0 ? bytes[..end] : bytes;
        for (int cut = 0; cut <= Math.Min(end >= 0 ? 0 : 3, line.Length); cut++)
        {
            try
            {
                Strict.GetCharCount(line[..^cut]);
                return true;
            }
            catch (DecoderFallbackException)
            {
                // Tried again without the last byte.
            }
        }

        return false;
    }
}
