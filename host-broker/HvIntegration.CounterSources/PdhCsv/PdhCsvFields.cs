namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Cuts a line into fields.</summary>
internal static class PdhCsvFields
{
    /// <summary>Cuts a line; quotes are optional, a doubled quote within quotes is one.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="separator">Between fields.</param>
    /// <param name="fields">Takes the fields; what it held is gone.</param>
    /// <param name="fieldsMax">Most fields; a line with more is refused.</param>
    /// <returns>Null when it went well, else what is wrong with which field.</returns>
    public static (int Column, string Problem)? Split(string line, char separator, List<string> fields, int fieldsMax)
    {
        fields.Clear();
        int at = 0;
        while (true)
        {
            if (fields.Count == fieldsMax)
            {
                return (fields.Count, $"more than {fieldsMax} fields");
            }

            if (at < line.Length && line[at] == '"')
            {
                int end = ClosingQuote(line, at + 1);
                if (end < 0)
                {
                    return (fields.Count + 1, "a closing quote is missing");
                }

                string field = line[(at + 1)..end];
                fields.Add(field.Contains('"', StringComparison.Ordinal) ? field.Replace("\"\"", "\"", StringComparison.Ordinal) : field);
                at = end + 1;
                if (at < line.Length && line[at] != separator)
                {
                    return (fields.Count, "text follows the closing quote");
                }
            }
            else
            {
                int end = line.IndexOf(separator, at);
                end = end < 0 ? line.Length : end;
                fields.Add(line[at..end]);
                at = end;
            }

            if (at >= line.Length)
            {
                return null;
            }

            at++;
        }
    }

    private static int ClosingQuote(string line, int from)
    {
        while (true)
        {
            int at = line.IndexOf('"', from);
            if (at < 0 || at + 1 >= line.Length || line[at + 1] != '"')
            {
                return at;
            }

            from = at + 2;
        }
    }
}
