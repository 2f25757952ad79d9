using System.Globalization;
using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Streams a PDH-CSV or PDH-TSV recording of any counters: columns are paths, rows are times and numbers.</summary>
/// <remarks>
/// Memory is bounded by the longest line, not by the file. A damaged line is skipped, counted and told in <see cref="TakeNotices"/>; a field that is no
/// number is read as blank; a column that is no counter path is left out. Only what makes the whole recording unreadable throws.
/// </remarks>
public sealed class PdhCsvReader : IDisposable
{
    private const int LineMax = 8 * 1024 * 1024;
    private const int ColumnsMax = 32_768;
    private const string CsvMark = "(PDH-CSV 4.0)";
    private const string TsvMark = "(PDH-TSV 4.0)";
    private const string OtherCsv = "record with 'typeperf -f CSV' or convert with 'relog FILE.blg -f csv'";

    private readonly PdhLineReader _lines;
    private readonly RecordingPlace _place;
    private readonly RecorderClock _clock;
    private readonly List<string> _fields = [];
    private readonly string[] _header;
    private readonly int[] _fieldOf;
    private readonly double[] _values;
    private readonly HashSet<int> _damagedColumns = [];
    private readonly char _separator;
    private bool _gap;

    private PdhCsvReader(string file, PdhLineReader lines, PdhCsvReaderOptions options)
    {
        _lines = lines;
        _place = new RecordingPlace(file, lines);
        string line = HeaderLine();
        _separator = Separator(line);
        if (PdhCsvFields.Split(line, _separator, _fields, ColumnsMax + 1) is { } fault)
        {
            throw _place.Bad(fault.Column, fault.Problem, "record again, or repair the header line");
        }

        _header = [.. _fields];
        _clock = new RecorderClock(_place, _header[0], options);
        var columns = new List<CounterPath>(_header.Length);
        var fieldOf = new List<int>(_header.Length);
        var others = new List<int>();
        for (int i = 1; i < _header.Length; i++)
        {
            if (CounterPath.Parse(_header[i].Trim()) is not { } path)
            {
                others.Add(i);
            }
            else if (options.Computer is null || path.Computer.Equals(options.Computer, StringComparison.OrdinalIgnoreCase))
            {
                columns.Add(path);
                fieldOf.Add(i);
            }
        }

        if (columns.Count == 0 && options.Computer is { } asked && others.Count < _header.Length - 1)
        {
            throw _place.Bad(0, $"no column is of computer {RecordingPlace.Short(asked)}", "use the name as it is in the paths of the header");
        }

        if (columns.Count == 0)
        {
            throw others.Find(i => !string.IsNullOrWhiteSpace(_header[i])) is > 0 and var first
                ? _place.Bad(first + 1, $"'{RecordingPlace.Short(_header[first])}' is not a counter path", @"a path looks like \\HOST\Set(Instance)\Counter")
                : _place.Bad(0, "the header has no counters", "record at least one counter");
        }

        if (columns.Find(EsxTop.Has) is { } vmware)
        {
            throw _place.Bad(0, $"a recording of 'esxtop -b', a program of VMware ESXi ('{RecordingPlace.Short(vmware.ToString())}')", "hvi diagnoses Hyper-V hosts and their guests; for a guest on ESXi, record in the VM and use --guest VM=FILE");
        }

        NoticeOthers(others);
        if (_lines.EndsInReturn)
        {
            _place.Notice($"{_place.File}: its lines end in a carriage return alone");
        }

        Columns = LocalNames.ToEnglish(columns, out string? language);
        if (language is not null)
        {
            _place.Notice($"{_place.File}: its counter names are {language}; hvi reads those it knows (docs/diagnose.md lists them)");
        }

        _fieldOf = [.. fieldOf];
        _values = new double[columns.Count];
    }

    /// <summary>File as the caller named it.</summary>
    public string File => _place.File;

    /// <summary>Paths in the order of the file.</summary>
    public IReadOnlyList<CounterPath> Columns { get; }

    /// <summary>Lines that were skipped because they were damaged.</summary>
    public long DamagedLines { get; private set; }

    /// <summary>Fields that were read as blank because they are no number.</summary>
    public long DamagedFields { get; private set; }

    /// <summary>Rows with a value in at least one column.</summary>
    public long FilledRows { get; private set; }

    /// <summary>Rows that were skipped because their time does not rise.</summary>
    public long UnorderedRows { get; private set; }

    /// <summary>Lines of plain text around the rows, as typeperf writes them.</summary>
    public long TextLines { get; private set; }

    /// <summary>Opens a recording and reads its header.</summary>
    /// <exception cref="PdhCsvException">It is not there, may not be read, or is no recording.</exception>
    public static PdhCsvReader Open(string file, PdhCsvReaderOptions options)
    {
        if (Directory.Exists(file))
        {
            throw new PdhCsvException(file, 0, 0, "is a folder", "name the recording in it");
        }

        try
        {
            var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!stream.CanSeek)
            {
                stream.Dispose();
                throw new PdhCsvException(file, 0, 0, "is a pipe, and a recording is read more than once", "write it into a file first");
            }

            return Open(options.BytesRead is { } told ? new CountedStream(stream, told) : stream, file, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PdhCsvException(file, 0, 0, $"cannot be read ({e.Message})", "check the path and the access rights");
        }
    }

    /// <summary>Opens a stream, which the reader then owns.</summary>
    /// <param name="stream">Read from its start.</param>
    /// <param name="file">Name for messages.</param>
    /// <param name="options">Zone and code page.</param>
    /// <exception cref="PdhCsvException">It is no recording.</exception>
    public static PdhCsvReader Open(Stream stream, string file, PdhCsvReaderOptions options)
    {
        PdhLineReader? lines = null;
        try
        {
            lines = new PdhLineReader(PdhText.Open(stream, options.AnsiCodePage, out int codePage), LineMax);
            var reader = new PdhCsvReader(file, lines, options);
            if (codePage != 0 && options.AnsiCodePage is null)
            {
                reader._place.Notice($"{file}: its names are neither UTF-8 nor marked, so they were read with code page {codePage}. If they are wrong, set the code page of the recorder (--code-page, or PdhCsv:AnsiCodePage)");
            }

            return reader;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            stream.Dispose();
            throw new PdhCsvException(file, 0, 0, $"unknown code page {options.AnsiCodePage}", "use the number of a code page, such as 1252");
        }
        catch (NotTextException e)
        {
            stream.Dispose();
            throw new PdhCsvException(file, 1, 0, e.Message, e.Remedy);
        }
        catch
        {
            lines?.Dispose();
            throw;
        }
    }

    /// <summary>Reads on to the next good row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="PdhCsvException">The columns change within the file, or the file cannot be read on.</exception>
    public bool TryRead(out PdhRow row)
    {
        while (NextLine() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            line = Unindented(line);

            if (_lines.Overlong)
            {
                Damaged(0, $"longer than {LineMax} characters");
                continue;
            }

            // Rows start with a quote or a digit; "Exiting, please wait..." does not.
            if (char.IsLetter(line[0]))
            {
                TextLines++;
                continue;
            }

            var fault = PdhCsvFields.Split(line, _separator, _fields, ColumnsMax + 1);
            if (fault is null && IsHeader(_fields[0]))
            {
                CheckSecondHeader();
                continue;
            }

            fault ??= ReadFields();
            if (fault is { } bad)
            {
                Damaged(bad.Column, bad.Problem);
                continue;
            }

            if (!_clock.TryPlace(out long ns))
            {
                UnorderedRows++;
                _gap = true;
                continue;
            }

            row = new PdhRow(_lines.Number, ns, _values, _gap);
            _gap = false;
            return true;
        }

        row = default;
        return false;
    }

    /// <summary>What was noticed since the last call, bounded; how often stands in the counts.</summary>
    public IReadOnlyList<string> TakeNotices() => _place.TakeNotices();

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private static bool IsHeader(string field) =>
        field.Contains(CsvMark, StringComparison.OrdinalIgnoreCase) || field.Contains(TsvMark, StringComparison.OrdinalIgnoreCase);

    // Blanks before the first field are no part of it; in a file of tabs they may be an empty field.
    private static string Unindented(string line) => line[0] == ' ' ? line.TrimStart(' ') : line;

    private string HeaderLine()
    {
        // Console output of typeperf starts with blank lines.
        for (int i = 0; i < 10; i++)
        {
            if (NextLine(stopOverlong: true) is not { } line)
            {
                break;
            }

            if (_lines.Overlong)
            {
                throw _place.Bad(0, $"the header is longer than {LineMax} characters", "record fewer counters to one file");
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                line = Unindented(line);
                int mark = line.IndexOf(CsvMark, StringComparison.OrdinalIgnoreCase);
                mark = mark < 0 ? line.IndexOf(TsvMark, StringComparison.OrdinalIgnoreCase) : mark;
                return mark >= 0 && line.AsSpan(0, mark).IndexOfAnyExcept(" \"\uFEFF") < 0
                    ? line
                    : throw _place.Bad(0, $"does not start with {CsvMark}", OtherCsv);
            }
        }

        throw _place.Bad(0, "the file is empty", OtherCsv);
    }

    // The first field may hold commas of a localised zone name when quoted; the separator stands behind its closing quote.
    private char Separator(string line)
    {
        int at = line[0] == '"' ? line.IndexOf('"', 1) + 1 : line.IndexOfAny([',', ';', '\t']);
        char found = at > 0 && at < line.Length ? line[at] : ',';
        return found is ',' or ';' or '\t'
            ? found
            : throw _place.Bad(1, $"'{found}' follows the first field", "fields are separated by comma, semicolon or tab");
    }

    private void NoticeOthers(List<int> others)
    {
        int blank = others.Count(i => string.IsNullOrWhiteSpace(_header[i]));
        if (blank > 0)
        {
            _place.Notice($"{_place}: {blank} {(blank == 1 ? "column has" : "columns have")} no name and {(blank == 1 ? "is" : "are")} left out");
        }

        if (blank < others.Count)
        {
            int first = others.Find(i => !string.IsNullOrWhiteSpace(_header[i]));
            string more = others.Count - blank > 1 ? $" and {others.Count - blank - 1} more" : "";
            _place.Notice($"{_place}, column {first + 1}: '{RecordingPlace.Short(_header[first])}'{more}: not a counter path, so the column is left out. A Data Collector Set writes its description there");
        }
    }

    private (int Column, string Problem)? ReadFields()
    {
        if (!HasFields())
        {
            return (0, $"{_fields.Count} fields, but the header has {_header.Length}");
        }

        if (!_clock.TryRead(_fields[0]))
        {
            return (1, $"'{RecordingPlace.Short(_fields[0])}' is not a time in the form MM/DD/YYYY HH:MM:SS.mmm");
        }

        bool filled = false;
        for (int i = 0; i < _values.Length; i++)
        {
            string field = _fields[_fieldOf[i]];
            if (!TryNumber(field, out _values[i]))
            {
                DamagedFields++;
                NoticeField(i, $"{_place}, column {_fieldOf[i] + 1}: '{RecordingPlace.Short(field)}' is not a number; the field was read as blank");
            }

            // Some recorders write -1 for "no value"; no counter is negative by itself.
            if (_values[i] == -1)
            {
                _values[i] = double.NaN;
            }

            filled |= !double.IsNaN(_values[i]);
        }

        FilledRows += filled ? 1 : 0;
        return null;
    }

    // What follows the last counter may be missing or more than the header has, as long as it is blank.
    private bool HasFields()
    {
        if (_fields.Count == _header.Length)
        {
            return true;
        }

        for (int i = _header.Length; i < _fields.Count; i++)
        {
            if (!string.IsNullOrWhiteSpace(_fields[i]))
            {
                return false;
            }
        }

        return _fields.Count > _fieldOf[^1];
    }

    private static bool TryNumber(string text, out double value)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.IsEmpty)
        {
            value = double.NaN;
            return true;
        }

        // In a file of commas such a field was quoted, so that its comma is no separator either.
        if (trimmed.Contains(',') && !trimmed.Contains('.'))
        {
            trimmed = trimmed.ToString().Replace(',', '.');
        }

        if (double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value))
        {
            return true;
        }

        value = double.NaN;
        return false;
    }

    private void CheckSecondHeader()
    {
        if (_fields.Count != _header.Length || !_fields.Skip(1).SequenceEqual(_header.Skip(1), StringComparer.OrdinalIgnoreCase))
        {
            throw _place.Bad(0, "a second header with other columns", "split the file there and use each part as a recording of its own; hvi diagnose takes several --host, and several --guest of one VM");
        }
    }

    private string? NextLine(bool stopOverlong = false)
    {
        try
        {
            return _lines.Read(stopOverlong);
        }
        catch (InvalidDataException)
        {
            throw _place.Bad(0, "a line does not end within 256 million characters", "cut the file before this line, or record again");
        }
        catch (IOException e)
        {
            throw _place.Bad(0, $"cannot be read further ({e.Message})", "check the disk or the share");
        }
    }

    private void Damaged(int column, string problem)
    {
        DamagedLines++;
        _gap = true;
        string where = column > 0 ? string.Create(CultureInfo.InvariantCulture, $", column {column}") : "";
        _place.Notice($"{_place}{where}: {problem}; the line was skipped");
    }

    // The first of each column: a counter that fails does so in every row.
    private void NoticeField(int column, string text)
    {
        if (_damagedColumns.Add(column))
        {
            _place.Notice(text);
        }
    }
}
