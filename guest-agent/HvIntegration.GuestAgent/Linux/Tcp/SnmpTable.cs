using System.Text;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Tcp;

/// <summary>Picks numbers out of <c>/proc/net/snmp</c> and <c>/proc/net/netstat</c>: a line of names, then a line of values.</summary>
/// <remarks>Kernels add columns, so a value is found by its name. Any bytes are safe.</remarks>
internal sealed class SnmpTable
{
    private readonly byte[] _prefix;
    private readonly byte[][] _names;
    private readonly long[] _values;

    /// <summary>Names the wanted columns of one table.</summary>
    /// <param name="prefix">First field of both lines, with its colon: <c>Tcp:</c>.</param>
    /// <param name="names">Columns; their order is the index of the values.</param>
    public SnmpTable(string prefix, params ReadOnlySpan<string> names)
    {
        _prefix = Encoding.ASCII.GetBytes(prefix);
        _names = new byte[names.Length][];
        _values = new long[names.Length];
        for (var index = 0; index < names.Length; index++)
        {
            _names[index] = Encoding.ASCII.GetBytes(names[index]);
        }
    }

    /// <summary>Value of a column, -1 when the last text did not have it.</summary>
    public long this[int index] => _values[index];

    /// <summary>Reads a text. False when the table is not in it.</summary>
    public bool Parse(ReadOnlySpan<byte> text)
    {
        Array.Fill(_values, -1);
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var names))
        {
            if (!names.StartsWith(_prefix) || !lines.TryReadLine(out var values) || !values.StartsWith(_prefix))
            {
                continue;
            }

            ParsePair(names[_prefix.Length..], values[_prefix.Length..]);
            return true;
        }

        return false;
    }

    private void ParsePair(ReadOnlySpan<byte> names, ReadOnlySpan<byte> values)
    {
        var nameCursor = new ByteCursor(names);
        var valueCursor = new ByteCursor(values);
        while (nameCursor.TryReadField(out var name) && valueCursor.TryReadField(out var value))
        {
            for (var index = 0; index < _names.Length; index++)
            {
                // MaxConn is -1: a negative number is not a count and stays absent.
                if (name.SequenceEqual(_names[index]) && ByteCursor.TryParseNumber(value, out var number))
                {
                    _values[index] = number;
                }
            }
        }
    }
}
