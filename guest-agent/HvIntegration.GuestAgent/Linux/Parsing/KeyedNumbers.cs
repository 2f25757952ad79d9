using System.Text;

namespace HvIntegration.GuestAgent.Linux.Parsing;

/// <summary>Picks wanted numbers out of a text of <c>key value</c> or <c>key: value unit</c> lines (meminfo, vmstat).</summary>
/// <remarks>Keys may come and go between kernels and reads: an absent one reads -1. Any bytes are safe.</remarks>
internal sealed class KeyedNumbers
{
    private readonly byte[][] _keys;
    private readonly long[] _values;
    private readonly int[][] _byFirstByte = new int[256][];

    /// <summary>Names the keys; their order is the index of the values.</summary>
    public KeyedNumbers(params ReadOnlySpan<string> keys)
    {
        _keys = new byte[keys.Length][];
        _values = new long[keys.Length];
        Array.Fill(_values, -1);
        for (var index = 0; index < keys.Length; index++)
        {
            _keys[index] = Encoding.ASCII.GetBytes(keys[index]);
        }

        for (var first = 0; first < _byFirstByte.Length; first++)
        {
            _byFirstByte[first] = [.. Enumerable.Range(0, _keys.Length).Where(index => _keys[index][0] == first)];
        }
    }

    /// <summary>Value of a key, -1 when the last text did not have it.</summary>
    public long this[int index] => _values[index];

    /// <summary>True when the last text had the key.</summary>
    public bool Has(int index) => _values[index] >= 0;

    /// <summary>Value of a key, 0 when absent.</summary>
    public long OrZero(int index) => Math.Max(_values[index], 0);

    /// <summary>Reads a text; values of absent keys become -1.</summary>
    /// <returns>Wanted keys found.</returns>
    public int Parse(ReadOnlySpan<byte> text)
    {
        Array.Fill(_values, -1);
        var found = 0;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            foreach (var index in _byFirstByte[line[0]])
            {
                var key = _keys[index];
                if (line.Length <= key.Length || line[key.Length] is not ((byte)' ' or (byte)':' or (byte)'\t') || !line.StartsWith(key))
                {
                    continue;
                }

                if (new ByteCursor(line[(key.Length + 1)..]).TryReadNumber(out var value))
                {
                    found += _values[index] < 0 ? 1 : 0;
                    _values[index] = value;
                }

                break;
            }
        }

        return found;
    }
}
