using System.Text;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Cli.Terminal;

/// <summary>
/// Standard output or standard error by the rule of <see cref="SafeText"/>: whatever a command writes, sentences of a broker and names of guests among
/// it, moves no cursor and turns no text. Line ends, carriage returns and tabs pass.
/// </summary>
/// <param name="inner">Where it goes. Not closed with this.</param>
internal sealed class SafeWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    private static readonly Rune Question = new('?');
    private char _half;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <summary>The writer below; what writes to it answers for what it writes.</summary>
    public TextWriter Inner => inner;

    /// <summary>The writer below, where there is one between.</summary>
    public static TextWriter Under(TextWriter writer) => writer is SafeWriter safe ? safe.Inner : writer;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        // A character may come in two calls.
        string text = _half == 0 ? buffer.ToString() : string.Concat([_half], buffer);
        _half = '\0';
        if (text.Length > 0 && char.IsHighSurrogate(text[^1]))
        {
            _half = text[^1];
            text = text[..^1];
        }

        int from = 0;
        while (from < text.Length)
        {
            int at = text.AsSpan(from).IndexOfAny('\n', '\r', '\t');
            int end = at < 0 ? text.Length : from + at;
            if (end > from)
            {
                inner.Write(SafeText.Of(text[from..end], int.MaxValue, Question));
            }

            if (at >= 0)
            {
                inner.Write(text[end]);
            }

            from = end + 1;
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync() => inner.FlushAsync();
}
