using System.Text;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Model;

/// <summary>Text that a guest or an administrator chose, as sentences of verdicts write it: names of VMs and processes.</summary>
public static class ForeignText
{
    private const int NameMax = 64;
    private static readonly Rune Blank = new(' ');

    /// <summary>A name as sentences of verdicts write it: on one line, 64 characters at most.</summary>
    /// <remarks>A name was cleaned where it entered; the mark that it has since for what is not shown reads as a blank in a sentence.</remarks>
    public static string Name(string name) => OneLine(name.Replace('\uFFFD', ' '), NameMax);

    /// <summary>The text by the rule of <see cref="SafeText"/>, blank where something stood that is not shown.</summary>
    /// <param name="text">The text as it was received.</param>
    /// <param name="max">Characters at most; what is longer ends in an ellipsis.</param>
    public static string OneLine(string text, int max) => SafeText.Shortened(text, max, Blank);
}
