using Spectre.Console;

namespace HvIntegration.Cli.Terminal;

/// <summary>The few colours of the console; none carries a meaning that the words do not.</summary>
internal static class Styles
{
    public static Style Plain { get; } = Style.Plain;

    public static Style Dim { get; } = new(Color.Grey);

    public static Style Heading { get; } = new(Color.Aqua);

    public static Style Strong { get; } = new(decoration: Decoration.Bold);

    public static Style Good { get; } = new(Color.Green);

    public static Style Warn { get; } = new(Color.Yellow);

    public static Style Bad { get; } = new(Color.Red, decoration: Decoration.Bold);

    public static Style Label { get; } = new(Color.Black, Color.Yellow);

    /// <summary>Colour of a verdict by the side it blames.</summary>
    public static Style OfVerdict(string hypothesis, string side) => Hypotheses.IsHealthy(hypothesis) ? Good
        : side switch { "host" or "both" => Bad, "guest" or "configuration" => Warn, _ => Dim };
}
