using System.Text;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Reads lines of bounded length; the rest of a longer one is passed over.</summary>
/// <remarks>Lines end in a line feed, with or without a carriage return before it; in a file whose first line ends in a carriage return alone, all do.</remarks>
/// <param name="text">Text to read; closed with this object.</param>
/// <param name="lineMax">Characters kept of a line.</param>
internal sealed class PdhLineReader(TextReader text, int lineMax) : IDisposable
{
    // A damaged or sparse file may have gigabytes without a line end.
    private const long PassedMax = 256L << 20;

    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _line = new();
    private int _start;
    private int _end;
    private char? _lineEnd;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>True when lines end in a carriage return alone.</summary>
    public bool EndsInReturn => _lineEnd == '\r';

    /// <summary>True when the line that was read last was longer than the bound.</summary>
    public bool Overlong { get; private set; }

    /// <summary>Next line without its end, cut at the bound; null at the end.</summary>
    /// <param name="stopOverlong">Returns at the bound, and does not look for the end of a longer line.</param>
    /// <exception cref="IOException">The file cannot be read on.</exception>
    /// <exception cref="InvalidDataException">A line has no end for so long that this is no text.</exception>
    public string? Read(bool stopOverlong = false)
    {
        _line.Clear();
        long passed = 0;
        Overlong = false;
        bool any = false;
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = text.Read(_buffer, 0, _buffer.Length);
                if (_end <= 0)
                {
                    _end = 0;
                    Number += any ? 1 : 0;
                    return any ? _line.ToString().TrimEnd('\r') : null;
                }
            }

            any = true;
            _lineEnd ??= FirstLineEnd();
            int at = Array.IndexOf(_buffer, _lineEnd ?? '\n', _start, _end - _start);
            int until = at < 0 ? _end : at;
            int take = Math.Min(until - _start, lineMax - _line.Length);
            _line.Append(_buffer, _start, take);
            passed += until - _start - take;
            if (passed > PassedMax)
            {
                Number++;
                throw new InvalidDataException();
            }

            Overlong |= passed > 0;
            _start = at < 0 ? _end : at + 1;
            if (at >= 0 || (Overlong && stopOverlong))
            {
                Number++;
                return _line.ToString().TrimEnd('\r');
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => text.Dispose();

    // Null while the buffer holds no end of a line.
    private char? FirstLineEnd()
    {
        int at = _buffer.AsSpan(_start, _end - _start).IndexOfAny('\n', '\r');
        if (at < 0)
        {
            return null;
        }

        if (_buffer[_start + at] == '\n')
        {
            return '\n';
        }

        // Copies through text mode leave two carriage returns before the line feed.
        int next = _start + at + 1 < _end ? _buffer[_start + at + 1] : text.Peek();
        return next is '\n' or '\r' or < 0 ? '\n' : '\r';
    }
}
