namespace HvIntegration.Cli.Terminal;

/// <summary>How far long work is: on a terminal one line that is written over, in a file or a pipe a few lines of their own.</summary>
/// <param name="errors">Writer for standard error.</param>
/// <param name="terminal">Whether the output is a terminal.</param>
internal sealed class ProgressLine(TextWriter errors, bool terminal)
{
    private const int QuarterPercents = 25;

    private int _percent = -1;
    private int _width;

    /// <summary>Progress on a command's standard error.</summary>
    public static ProgressLine On(TextWriter errors) => new(errors, ReferenceEquals(SafeWriter.Under(errors), Console.Error) && !Console.IsErrorRedirected);

    /// <summary>Work of which the whole is known: each per cent on a terminal, else the start, each quarter and the end.</summary>
    /// <param name="what">In words, before the number.</param>
    /// <param name="percent">0 to 100; what is not more than the last is not shown.</param>
    public void Percent(string what, int percent)
    {
        bool quarter = _percent < 0 || percent / QuarterPercents > _percent / QuarterPercents;
        if (percent > _percent)
        {
            _percent = percent;
            Show($"{what} {percent} %", quarter);
        }
    }

    /// <summary>Shows a text in the progress line.</summary>
    /// <param name="words">Without a line break.</param>
    /// <param name="mark">Worth a line where nobody watches.</param>
    public void Show(string words, bool mark)
    {
        if (terminal)
        {
            words += ", Ctrl+C cancels";
            // A shorter line leaves nothing of the longer one before it.
            errors.Write("\r" + words.PadRight(_width));
            _width = words.Length;
        }
        else if (mark)
        {
            errors.WriteLine(words);
        }
    }

    /// <summary>Ends the line, so that what follows stands below it.</summary>
    public void End()
    {
        if (_width > 0)
        {
            _width = 0;
            errors.WriteLine();
        }
    }
}
