using System.Text;

namespace HvIntegration.Protocol.Codec;

/// <summary>Cuts texts of a peer or of the guest to the wire's bounds.</summary>
public static class LabelText
{
    /// <summary>The text, cut between two characters so that it has at most <paramref name="bytesMax"/> UTF-8 bytes.</summary>
    /// <param name="text">Any text; lone surrogates count as the replacement character they become on the wire.</param>
    /// <param name="bytesMax">Bound, 0 or more.</param>
    /// <returns>The same instance when nothing had to be cut.</returns>
    public static string Cut(string text, int bytesMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length * 3L <= bytesMax)
        {
            return text;
        }

        int bytes = 0;
        int kept = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax)
            {
                return text[..kept];
            }

            kept += rune.Utf16SequenceLength;
        }

        return text;
    }
}
