using System.Buffers;
using System.Globalization;
using System.Text;

namespace HvIntegration.Protocol.Text;

/// <summary>
/// The one rule for text that others chose (names of processes, VMs, hosts and disks, sentences of a guest) before it reaches a screen, a file, a
/// spreadsheet or the history: it stays on its line, has no direction of its own, hides nothing and has a bound.
/// </summary>
/// <remarks>
/// Replaced: control characters, unpaired surrogates, private use and unassigned code points. Left out, for they show nothing: format characters
/// (bidirectional controls, zero width, tags), line and paragraph separators, blank letters and variation selectors, and combining marks above
/// <see cref="MarksMax"/> on one character, which would cover the lines around it. A character is kept whole or not at all. What is clean already
/// is given back as the same instance.
/// </remarks>
public static class SafeText
{
    /// <summary>Combining marks that one character keeps.</summary>
    public const int MarksMax = 4;

    private const char Ellipsis = '…';

    // Values to search for, and not a range: a range is boxed where the code is not optimised yet.
    private static readonly SearchValues<char> Printable = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    private enum Fate
    {
        Keep,
        Replace,
        Drop,
    }

    /// <summary>The text by the rule, with the replacement character where something stood that is not shown.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="bytesMax">UTF-8 bytes at most; the end is cut off.</param>
    public static string Of(string text, int bytesMax = int.MaxValue) => Of(text, bytesMax, Rune.ReplacementChar);

    /// <summary>The text by the rule.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="bytesMax">UTF-8 bytes at most; the end is cut off.</param>
    /// <param name="replacement">Stands for what is not shown; itself clean.</param>
    public static string Of(string text, int bytesMax, Rune replacement)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsPlain(text) && text.Length <= bytesMax)
        {
            return text;
        }

        StringBuilder? changed = null;
        int bytes = 0;
        int marks = 0;
        int at = 0;
        while (at < text.Length)
        {
            var fate = Next(text.AsSpan(at), ref marks, out var rune, out int length);
            if (fate == Fate.Keep && bytes + rune.Utf8SequenceLength <= bytesMax)
            {
                bytes += rune.Utf8SequenceLength;
                changed?.Append(text, at, length);
                at += length;
                continue;
            }

            changed ??= new StringBuilder(text, 0, at, Math.Min(text.Length, at + 64));
            if (fate != Fate.Drop)
            {
                var shown = fate == Fate.Replace ? replacement : rune;
                bytes += shown.Utf8SequenceLength;
                if (bytes > bytesMax)
                {
                    break;
                }

                Append(changed, shown);
            }

            at += length;
        }

        return changed?.ToString() ?? text;
    }

    /// <summary>The text by the rule, so many characters at most; what is longer ends in an ellipsis.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="charsMax">UTF-16 characters at most, 0 or more.</param>
    /// <param name="replacement">Stands for what is not shown; itself clean.</param>
    public static string Shortened(string text, int charsMax, Rune replacement)
    {
        ArgumentNullException.ThrowIfNull(text);

        // A character has three bytes at most for each of its UTF-16 units: where this bound cuts, more is left than may be shown.
        string clean = Of(text, (int)Math.Min(int.MaxValue, (charsMax + 2L) * 3), replacement);
        if (clean.Length <= charsMax)
        {
            return clean;
        }

        int kept = Math.Max(0, charsMax - 1);
        kept -= kept > 0 && char.IsHighSurrogate(clean[kept - 1]) ? 1 : 0;
        return charsMax == 0 ? "" : string.Concat(clean.AsSpan(0, kept), [Ellipsis]);
    }

    /// <summary>Whether the rule would leave the text as it is.</summary>
    public static bool IsClean(ReadOnlySpan<char> text)
    {
        int marks = 0;
        while (!text.IsEmpty)
        {
            if (Next(text, ref marks, out _, out int length) != Fate.Keep)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary>JSON that means the same, with what the rule does not show written as <c>\u</c> escapes.</summary>
    /// <param name="json">A JSON text; outside of its strings there are only ASCII characters.</param>
    public static string InJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        StringBuilder? changed = null;
        int marks = 0;
        for (int at = 0; at < json.Length;)
        {
            // Line ends and tabs stand between the parts of JSON, never raw within its strings.
            bool layout = json[at] is '\n' or '\r' or '\t';
            var fate = Next(json.AsSpan(at), ref marks, out _, out int length);
            if (!layout && fate != Fate.Keep)
            {
                changed ??= new StringBuilder(json, 0, at, json.Length + 64);
                foreach (char unit in json.AsSpan(at, length))
                {
                    changed.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }
            else
            {
                changed?.Append(json, at, length);
            }

            at += length;
        }

        return changed?.ToString() ?? json;
    }

    private static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Printable);

    private static Fate Next(ReadOnlySpan<char> text, ref int marks, out Rune rune, out int length)
    {
        bool whole = Rune.DecodeFromUtf16(text, out rune, out length) == OperationStatus.Done;
        var fate = whole ? FateOf(rune) : Fate.Replace;
        if (fate != Fate.Keep)
        {
            return fate;
        }

        bool mark = !rune.IsAscii && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
        marks = mark ? marks + 1 : 0;
        return marks > MarksMax ? Fate.Drop : Fate.Keep;
    }

    private static Fate FateOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Fate.Drop,
        UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => Fate.Replace,
        _ => IsInvisible(rune.Value) ? Fate.Drop : Fate.Keep,
    };

    // Letters and marks of Unicode's Default_Ignorable_Code_Point: of no format category, and yet nothing is drawn.
    private static bool IsInvisible(int value) => value is
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xE0000 and <= 0xE0FFF);

    private static void Append(StringBuilder into, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        into.Append(units[..rune.EncodeToUtf16(units)]);
    }
}
