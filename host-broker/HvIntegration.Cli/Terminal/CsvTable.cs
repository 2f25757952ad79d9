using System.Globalization;
using System.Text;

namespace HvIntegration.Cli.Terminal;

/// <summary>
/// Comma-separated values (RFC 4180): one header, cells in the form every program reads whatever its language. Text of a guest or an administrator
/// that a spreadsheet would take for a formula, in whichever language, gets an apostrophe before it; what <see cref="Protocol.Text.SafeText"/> does not
/// show is out. Numbers stay numbers.
/// </summary>
internal sealed class CsvTable
{
    private readonly TextWriter _output;

    /// <summary>Writes the header line with the column names.</summary>
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
        string safe = WithoutFormulas(Screen.Safe(text));
        return safe.AsSpan().ContainsAny(',', '"') ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    // A spreadsheet of another language parts rows at semicolons, and some trim blanks and quotes before they look for a formula: each place where
    // a cell may begin gets the apostrophe, not only the first.
    private static string WithoutFormulas(string text)
    {
        StringBuilder? changed = null;
        bool begins = true;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (begins && c is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠')
            {
                changed ??= new StringBuilder(text, 0, i, text.Length + 8);
                changed.Append('\'');
            }

            changed?.Append(c);
            begins = c is ';' or ',' or '；' or '，' || (begins && (char.IsWhiteSpace(c) || c is '"' or '\'' or '“' or '”' or '‘' or '’'));
        }

        return changed?.ToString() ?? text;
    }
}
