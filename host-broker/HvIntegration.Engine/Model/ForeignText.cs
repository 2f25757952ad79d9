using System.Globalization;
using System.Text;

namespace HvIntegration.Engine.Model;

/// <summary>Text that a guest or an administrator chose: names of VMs and processes.</summary>
public static class ForeignText
{
    private const int NameMax = 64;

    /// <summary>A name as sentences of verdicts write it: on one line, 64 characters at most.</summary>
    public static string Name(string name) => OneLine(name, NameMax);

    /// <summary>The text so that it cannot change what stands around it: one line, no direction of its own, bounded.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="max">Characters at most, 2 or more; what is longer ends in an ellipsis.</param>
    public static string OneLine(string text, int max)
    {
        ArgumentNullException.ThrowIfNull(text);
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            // Format characters turn the direction of what follows, or show nothing.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                continue;
            }

            if (kept.Length + rune.Utf16SequenceLength > max)
            {
                // Room for the ellipsis; half a character is none.
                kept.Length = Math.Min(kept.Length, max - 1);
                kept.Length -= char.IsHighSurrogate(kept[^1]) ? 1 : 0;
                return kept.Append('…').ToString();
            }

            kept.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return kept.ToString();
    }
}
