using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;

namespace HvIntegration.Cli.Screens;

/// <summary>Says where the host numbers come from, loudly when that is not this host now.</summary>
internal static class SourceLine
{
    public static void Write(Screen screen, SourceLabel source)
    {
        if (source.Label is { } label)
        {
            screen.Line(($" {label} ", Styles.Label), ($" source {source.Name}", Styles.Dim));
        }
        else
        {
            screen.Line(($"source {source.Name}, {source.Origin}", Styles.Dim));
        }
    }
}
