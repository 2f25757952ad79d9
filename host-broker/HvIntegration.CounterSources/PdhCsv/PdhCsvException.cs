using System.Globalization;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>A recording cannot be read; the message names file, line, column where there is one, and the remedy.</summary>
/// <param name="file">File as the caller named it.</param>
/// <param name="line">From 1; 0 for the file as a whole.</param>
/// <param name="column">Field from 1; 0 for the line as a whole.</param>
/// <param name="problem">What is wrong.</param>
/// <param name="remedy">What to do.</param>
internal sealed class PdhCsvException(string file, long line, int column, string problem, string remedy)
    : CounterSourceException(string.Create(
        CultureInfo.InvariantCulture,
        $"{file}{(line > 0 ? $", line {line}" : "")}{(column > 0 ? $", column {column}" : "")}: {problem}; {remedy}"));
