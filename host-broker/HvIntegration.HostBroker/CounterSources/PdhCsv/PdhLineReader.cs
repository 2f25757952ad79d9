using System.Text;

namespace HvIntegration.HostBroker.CounterSources.PdhCsv;

/// <summary>Reads lines of bounded length; the rest of a longer one is passed over.</summary>
/// <param name="text">Owned.</param>
/// <param name="lineMax">Characters kept of a line.</param>
internal sealed class PdhLineReader(TextReader text, int lineMax) : IDisposable
{
    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _line = new();
    private int _start;
    private int _end;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>True when the line that was read last was longer than the bound.</summary>
    public bool Overlong { get; private set; }

    /// <summary>Next line without its end, cut at the bound; null at the end.</summary>
    /// <exception cref="IOException">The file cannot be read on.</exception>
    public string? Read()
    {
        _line.Clear();
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
            int at = Array.IndexOf(_buffer, '\n', _start, _end - _start);
            int until = at < 0 ? _end : at;
            int take = Math.Min(until - _start, lineMax - _line.Length);
            _line.Append(_buffer, _start, take);
            Overlong |= take < until - _start;
            _start = at < 0 ? _end : at + 1;
            if (at >= 0)
            {
                Number++;
                return _line.ToString().TrimEnd('\r');
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => text.Dispose();
}
