using System.Globalization;

namespace HvIntegration.HostBroker.Commands;

/// <summary>
/// Comma-separated values (RFC 4180): one header, cells in the form every program reads whatever its language. Text of a guest or an administrator
/// that a spreadsheet would take for a formula gets an apostrophe before it, and control characters become question marks.
/// </summary>
internal sealed class CsvTable
{
    private readonly TextWriter _output;

    /// <summary>Writes the header.</summary>
    /// <param name="output">Where the table goes.</param>
    /// <param name="columns">Names of the columns.</param>
    public CsvTable(TextWriter output, params ReadOnlySpan<string> columns)
    {
        _output = output;
        _output.WriteLine(string.Join(',', columns));
    }

    /// <summary>A host second as ISO 8601; null stays empty.</summary>
    public static string? Time(long? second) =>
        second is { } s ? DateTimeOffset.FromUnixTimeSeconds(s).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : null;

    /// <summary>Writes one row; null is an empty cell: not measured, or there is none.</summary>
    public void Row(params ReadOnlySpan<object?> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            _output.Write(i > 0 ? "," : "");
            _output.Write(cells[i] switch
            {
                null => "",
                string text => Text(text),
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                var other => Text(other.ToString() ?? ""),
            });
        }

        _output.WriteLine();
    }

    private static string Text(string text)
    {
        string safe = Screen.Safe(text);
        if (safe.Length > 0 && safe[0] is '=' or '+' or '-' or '@')
        {
            safe = "'" + safe;
        }

        return safe.AsSpan().ContainsAny(',', '"') ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
