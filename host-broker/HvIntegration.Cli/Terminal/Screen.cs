using System.Text;
using HvIntegration.Protocol.Text;
using Spectre.Console;

namespace HvIntegration.Cli.Terminal;

/// <summary>Lines within a width, on a console or kept for a screen that shows a part of them; colour only where the console has it.</summary>
internal sealed class Screen
{
    private const int WidthMin = 60;
    private const int WidthMax = 120;
    private static readonly Rune Question = new('?');

    private readonly IAnsiConsole? _console;
    private readonly List<IReadOnlyList<(string Text, Style? Style)>>? _kept;

    /// <summary>Writes to a console.</summary>
    public Screen(IAnsiConsole console)
    {
        _console = console;
        Width = Math.Clamp(console.Profile.Width, WidthMin, WidthMax);
    }

    /// <summary>Creates a screen that keeps its lines in memory.</summary>
    /// <param name="width">Available width in columns.</param>
    /// <param name="into">Takes each line as its parts.</param>
    public Screen(int width, List<IReadOnlyList<(string Text, Style? Style)>> into)
    {
        _kept = into;
        Width = Math.Clamp(width, WidthMin, WidthMax);
    }

    /// <summary>Width of the text in columns.</summary>
    public int Width { get; }

    /// <summary>A text of a guest or an administrator by the rule of <see cref="SafeText"/>, at most so many columns.</summary>
    public static string Safe(string? text, int max = int.MaxValue) => SafeText.Shortened(text ?? "", Math.Max(0, max), Question);

    /// <summary>Writes an empty line.</summary>
    public void Line() => Line([]);

    /// <summary>Writes parts of one line, each in its style and by the rule of <see cref="SafeText"/>.</summary>
    public void Line(params ReadOnlySpan<(string Text, Style? Style)> parts)
    {
        if (_kept is not null)
        {
            var safe = new (string, Style?)[parts.Length];
            for (int i = 0; i < safe.Length; i++)
            {
                safe[i] = (Safe(parts[i].Text), parts[i].Style);
            }

            _kept.Add(safe);
        }

        if (_console is null)
        {
            return;
        }

        foreach (var (text, style) in parts)
        {
            // Text, never markup: brackets in a VM's name must stay brackets.
            _console.Write(Safe(text), style);
        }

        _console.WriteLine();
    }

    /// <summary>Writes words wrapped to the width, later lines indented.</summary>
    public void Wrapped(string text, int indent, Style? style = null, string first = "")
    {
        int room = Math.Max(20, Width - indent);
        string lead = first.PadRight(indent);
        foreach (string line in Wrap(Safe(text), room))
        {
            Line((lead, style), (line, style));
            lead = new string(' ', indent);
        }
    }

    /// <summary>Writes a heading with a rule to the right edge.</summary>
    public void Rule(string heading, Style? style = null)
    {
        string left = heading.Length == 0 ? "" : $"─ {heading} ";
        Line((left, style ?? Styles.Heading), (new string('─', Math.Max(0, Width - left.Length)), Styles.Dim));
    }

    /// <summary>Breaks a text into lines of at most so many columns.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }
}
