using HvIntegration.Protocol.Text;

namespace HvIntegration.Protocol.Codec;

/// <summary>Cuts texts of a peer or of the guest to the wire's bounds.</summary>
public static class LabelText
{
    /// <summary>The text by the rule of <see cref="SafeText"/>, cut between two characters to at most <paramref name="bytesMax"/> UTF-8 bytes.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="bytesMax">Bound, 0 or more.</param>
    /// <returns>The same instance when nothing had to be changed.</returns>
    public static string Cut(string text, int bytesMax) => SafeText.Of(text, bytesMax);
}
