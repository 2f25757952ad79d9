using System.Text;

namespace HvIntegration.GuestAgent.Linux.Identity;

/// <summary>Cuts text to a number of UTF-8 bytes.</summary>
internal static class BoundedText
{
    /// <summary>The longest beginning that fits, control characters replaced: the text ends up on terminals.</summary>
    public static string Cut(string text, int bytesMax)
    {
        var result = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = Rune.IsControl(rune) ? new Rune('?') : rune;
            used += shown.Utf8SequenceLength;
            if (used > bytesMax)
            {
                break;
            }

            result.Append(shown);
        }

        return result.ToString();
    }
}
