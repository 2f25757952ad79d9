using Spectre.Console;

namespace HvIntegration.Cli.Top;

/// <summary>The terminal while <c>hvi top</c> has it: its other screen, no cursor, frames drawn over each other without a flicker.</summary>
internal sealed class TopTerminal : IDisposable
{
    private readonly IAnsiConsole _console;
    private readonly bool _ansi;
    private readonly bool _unicode;

    public TopTerminal(IAnsiConsole console)
    {
        _console = console;
        _ansi = console.Profile.Capabilities.Ansi;
        _unicode = console.Profile.Capabilities.Unicode;
        Control("\u001b[?1049h\u001b[?25l\u001b[2J");
    }

    /// <summary>Columns and lines now.</summary>
    public static (int Width, int Height) Size
    {
        get
        {
            try
            {
                return (Console.WindowWidth, Console.WindowHeight);
            }
            catch (IOException)
            {
                return (80, 24);
            }
        }
    }

    /// <summary>Shows a frame in place of the one before.</summary>
    public void Show(IReadOnlyList<IReadOnlyList<(string Text, Style? Style)>> lines)
    {
        if (!_ansi)
        {
            Console.Clear();
        }

        Control("\u001b[H");
        for (int i = 0; i < lines.Count; i++)
        {
            foreach (var (text, style) in lines[i])
            {
                _console.Write(_unicode ? text : Plain(text), style ?? Style.Plain);
            }

            // The rest of the line may hold what was there before; no line end after the last, or the screen would roll.
            Control("\u001b[K");
            if (i < lines.Count - 1)
            {
                _console.WriteLine();
            }
        }

        Control("\u001b[J");
    }

    /// <inheritdoc/>
    public void Dispose() => Control("\u001b[?25h\u001b[?1049l");

    private static string Plain(string text) =>
        string.Concat(text.Select(c => c switch { '─' => '-', '│' or '┼' => '|', '█' => '#', '░' => '.', '●' => '*', '○' => 'o', '↑' => '^', '↓' => 'v', '←' => '<', '→' => '>', '…' => '.', _ => c }));

    private void Control(string sequence)
    {
        if (_ansi)
        {
            _console.Profile.Out.Writer.Write(sequence);
        }
    }
}
