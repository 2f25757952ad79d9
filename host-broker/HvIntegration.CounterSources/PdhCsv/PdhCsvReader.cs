using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Protocol.Text;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Streams a PDH-CSV or PDH-TSV recording of any counters: columns are paths, rows are times and numbers.</summary>
/// <remarks>
/// Memory is bounded by the longest line, not by the file. A damaged line is skipped, counted and told in <see cref="TakeNotices"/>; a field that is no
/// number is read as blank; a column that is no counter path is left out. Only what makes the whole recording unreadable throws.
/// </remarks>
public sealed partial class PdhCsvReader : IDisposable
{
    private const int LineMax = 8 * 1024 * 1024;
    private const int ColumnsMax = 32_768;
    private const int NoticesMax = 20;
    private const double DaylightStepSeconds = 3600;
    private const double DaylightToleranceSeconds = 600;
    private const string CsvMark = "(PDH-CSV 4.0)";
    private const string TsvMark = "(PDH-TSV 4.0)";
    private const string OtherCsv = "record with 'typeperf -f CSV' or convert with 'relog FILE.blg -f csv'";

    // A daylight step shows as an hour without rows only where rows come much closer than that.
    private const double DaylightIntervalMax = 1200;

    // Between two rows: where the day comes first, the month that is read in its place jumps.
    private static readonly TimeSpan MonthLeast = TimeSpan.FromDays(27);
    private static readonly TimeSpan DaysMost = TimeSpan.FromDays(2);

    // Standard bias of zones whose English name is common in headers: finds a sign the wrong way round.
    private static readonly (string Name, int Bias)[] KnownZones =
    [
        ("Pacific", 480), ("Mountain", 420), ("Central Standard", 360), ("Central Daylight", 360), ("Eastern", 300), ("GMT", 0),
        ("W. Europe", -60), ("Central Europe", -60), ("Romance", -60), ("FLE", -120), ("GTB", -120), ("Russian", -180), ("India", -330),
        ("China", -480), ("Singapore", -480), ("Tokyo", -540), ("Korea", -540), ("AUS Eastern", -600), ("New Zealand", -720),
    ];

    private readonly string _file;
    private readonly PdhLineReader _lines;
    private readonly List<string> _fields = [];
    private readonly List<string> _notices = [];
    private readonly TimeZoneInfo? _fallback;
    private TimeZoneInfo? _zone;
    private readonly string[] _header;
    private readonly int[] _fieldOf;
    private readonly double[] _values;
    private readonly HashSet<int> _damagedColumns = [];
    private readonly char _separator;
    private TimeSpan? _bias;
    private TimeSpan _offset;
    private bool _dayFirst;
    private bool _monthTold;
    private DateTime _local;
    private DateTime _lastLocal = DateTime.MinValue;
    private string _lastTime = "";
    private double _interval;
    private long _lastNs = long.MinValue;
    private bool _gap;

    private PdhCsvReader(string file, PdhLineReader lines, PdhCsvReaderOptions options)
    {
        _file = file;
        _lines = lines;
        _zone = options.Zone;
        _fallback = options.Fallback;
        string line = HeaderLine();
        _separator = Separator(line);
        if (PdhCsvFields.Split(line, _separator, _fields, ColumnsMax + 1) is { } fault)
        {
            throw Bad(fault.Column, fault.Problem, "record again, or repair the header line");
        }

        _header = [.. _fields];
        ReadBias(_header[0]);
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

        if (columns.Count == 0 && options.Computer is { } asked && fieldOf.Count + others.Count < _header.Length - 1)
        {
            throw Bad(0, $"no column is of computer {Short(asked)}", "use the name as it is in the paths of the header");
        }

        if (columns.Count == 0)
        {
            throw others.Find(i => !string.IsNullOrWhiteSpace(_header[i])) is > 0 and var first
                ? Bad(first + 1, $"'{Short(_header[first])}' is not a counter path", @"a path looks like \\HOST\Set(Instance)\Counter")
                : Bad(0, "the header has no counters", "record at least one counter");
        }

        if (columns.Find(EsxTop.Has) is { } vmware)
        {
            throw Bad(0, $"a recording of 'esxtop -b', a program of VMware ESXi ('{Short(vmware.ToString())}')", "hvi diagnoses Hyper-V hosts and their guests; for a guest on ESXi, record in the VM and use --guest VM=FILE");
        }

        NoticeOthers(others);
        if (_lines.EndsInReturn)
        {
            Notice($"{_file}: its lines end in a carriage return alone");
        }

        Columns = LocalNames.ToEnglish(columns, out string? language);
        if (language is not null)
        {
            Notice($"{_file}: its counter names are {language}; hvi reads those it knows (docs/diagnose.md lists them)");
        }

        _fieldOf = [.. fieldOf];
        _values = new double[columns.Count];
    }

    /// <summary>File as the caller named it.</summary>
    public string File => _file;

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
                reader.Notice($"{file}: its names are neither UTF-8 nor marked, so they were read with code page {codePage}. If they are wrong, set the code page of the recorder (--code-page, or PdhCsv:AnsiCodePage)");
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

            if (Place(out row))
            {
                return true;
            }
        }

        row = default;
        return false;
    }

    /// <summary>What was noticed since the last call, bounded; how often stands in the counts.</summary>
    public IReadOnlyList<string> TakeNotices()
    {
        string[] taken = [.. _notices];
        _notices.Clear();
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    [GeneratedRegex(@"\((-?\d{1,5})\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex BiasPattern();

    private static bool IsHeader(string field) =>
        field.Contains(CsvMark, StringComparison.OrdinalIgnoreCase) || field.Contains(TsvMark, StringComparison.OrdinalIgnoreCase);

    private static string Short(string text) => SafeText.Shortened(text, 80, new Rune('?'));

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
                throw Bad(0, $"the header is longer than {LineMax} characters", "record fewer counters to one file");
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                line = Unindented(line);
                int mark = line.IndexOf(CsvMark, StringComparison.OrdinalIgnoreCase);
                mark = mark < 0 ? line.IndexOf(TsvMark, StringComparison.OrdinalIgnoreCase) : mark;
                return mark >= 0 && line.AsSpan(0, mark).IndexOfAnyExcept(" \"\uFEFF") < 0
                    ? line
                    : throw Bad(0, $"does not start with {CsvMark}", OtherCsv);
            }
        }

        throw Bad(0, "the file is empty", OtherCsv);
    }

    // The first field may hold commas of a localised zone name when quoted; the separator stands behind its closing quote.
    private char Separator(string line)
    {
        int at = line[0] == '"' ? line.IndexOf('"', 1) + 1 : line.IndexOfAny([',', ';', '\t']);
        char found = at > 0 && at < line.Length ? line[at] : ',';
        return found is ',' or ';' or '\t'
            ? found
            : throw Bad(1, $"'{found}' follows the first field", "fields are separated by comma, semicolon or tab");
    }

    private void ReadBias(string field)
    {
        if (_zone is not null)
        {
            return;
        }

        var match = BiasPattern().Match(field);
        if (!match.Success)
        {
            _zone = _fallback ?? throw Bad(1, "the header has no time zone bias", "set the time zone of the recorder, such as +02:00 or Europe/Berlin (hvi diagnose --time-zone)");
            return;
        }

        int bias = int.Parse(match.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (bias is < -840 or > 720)
        {
            _zone = _fallback ?? throw Bad(1, $"a bias of {bias} minutes is not a valid time zone", "set the time zone of the recorder, such as +02:00 or Europe/Berlin (hvi diagnose --time-zone)");
            return;
        }

        _bias = _offset = TimeSpan.FromMinutes(-bias);
        foreach (var (name, standard) in KnownZones)
        {
            // Daylight saving makes one hour of difference in either naming.
            if (field.Contains("(" + name, StringComparison.OrdinalIgnoreCase) && Math.Abs(bias - standard) > 60)
            {
                _zone = _fallback;
                Notice($"{_file}, line {_lines.Number}, column 1: the bias of {bias} minutes does not match the name of the zone. "
                    + (_zone is null ? "The bias is used; set the time zone if times are wrong (hvi diagnose --time-zone)" : $"The time zone {_zone.Id} is used, as --time-zone says"));
            }
        }
    }

    private void NoticeOthers(List<int> others)
    {
        int blank = others.Count(i => string.IsNullOrWhiteSpace(_header[i]));
        if (blank > 0)
        {
            Notice($"{_file}, line {_lines.Number}: {blank} {(blank == 1 ? "column has" : "columns have")} no name and {(blank == 1 ? "is" : "are")} left out");
        }

        if (blank < others.Count)
        {
            int first = others.Find(i => !string.IsNullOrWhiteSpace(_header[i]));
            string more = others.Count - blank > 1 ? $" and {others.Count - blank - 1} more" : "";
            Notice($"{_file}, line {_lines.Number}, column {first + 1}: '{Short(_header[first])}'{more}: not a counter path, so the column is left out. A Data Collector Set writes its description there");
        }
    }

    private (int Column, string Problem)? ReadFields()
    {
        if (!HasFields())
        {
            return (0, $"{_fields.Count} fields, but the header has {_header.Length}");
        }

        if (!ReadTime(_fields[0]))
        {
            return (1, $"'{Short(_fields[0])}' is not a time in the form MM/DD/YYYY HH:MM:SS.mmm");
        }

        bool filled = false;
        for (int i = 0; i < _values.Length; i++)
        {
            string field = _fields[_fieldOf[i]];
            if (!TryNumber(field, out _values[i]))
            {
                DamagedFields++;
                NoticeField(i, $"{_file}, line {_lines.Number}, column {_fieldOf[i] + 1}: '{Short(field)}' is not a number; the field was read as blank");
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

    private bool ReadTime(string text)
    {
        if (_dayFirst)
        {
            return PdhTime.TryParseDayFirst(text, out _local);
        }

        if (PdhTime.TryParse(text, out _local))
        {
            return true;
        }

        if (!PdhTime.TryParseDayFirst(text, out _local))
        {
            return false;
        }

        if (_lastLocal != DateTime.MinValue)
        {
            throw Bad(1, $"'{Short(text)}' has the day before the month, and the rows before it were read with the month first", "write all times as MM/DD/YYYY or YYYY-MM-DD");
        }

        _dayFirst = true;
        Notice($"{_file}, line {_lines.Number}, column 1: '{Short(text)}' has the day before the month, which no recorder of Windows writes; all times are read so");
        return true;
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

    private bool Place(out PdhRow row)
    {
        var local = _local;

        // The header's bias is that of the recorder's start; a zone that had it then knows when it changes.
        if (_zone is null && _lastLocal == DateTime.MinValue && _fallback?.GetUtcOffset(local) == _offset)
        {
            _zone = _fallback;
        }

        long ns = ToUnix(local);
        double step = _lastLocal == DateTime.MinValue ? 0 : (local - _lastLocal).TotalSeconds;
        if (_lastLocal == DateTime.MinValue)
        {
            CompareZones(local);
        }
        else
        {
            CheckMonths(local);
        }

        if (_zone is null && _lastLocal != DateTime.MinValue)
        {
            if (step < 0 && Math.Abs(step + DaylightStepSeconds) < DaylightToleranceSeconds)
            {
                _offset -= TimeSpan.FromSeconds(DaylightStepSeconds);
                ns = ToUnix(local);
                Notice($"{_file}, line {_lines.Number}: the clock goes back by an hour, which is interpreted as the end of daylight saving time; later times use the new offset");
            }
            else if (_interval is > 0 and < DaylightIntervalMax && Math.Abs(step - DaylightStepSeconds) < DaylightToleranceSeconds)
            {
                Notice($"{_file}, line {_lines.Number}: an hour without rows: a pause, or the start of daylight saving time. Set the time zone to distinguish them");
            }
        }

        if (ns == _lastNs && PdhTime.LacksSeconds(_fields[0]))
        {
            throw Bad(1, $"'{Short(_fields[0])}' has no seconds, and neither has the row before it: a spreadsheet saved the file again", "use the file as the recorder wrote it, or give the first column the format MM/DD/YYYY hh:mm:ss.000 before saving");
        }

        if (ns <= _lastNs)
        {
            UnorderedRows++;
            _gap = true;
            Notice($"{_file}, line {_lines.Number}: its time is not later than that of the previous row, so the row was skipped. Sort the file, or replay merged recordings separately");
            row = default;
            return false;
        }

        _interval = step > 0 ? step : _interval;
        (_lastLocal, _lastTime, _lastNs) = (local, _fields[0], ns);
        row = new PdhRow(_lines.Number, ns, _values, _gap);
        _gap = false;
        return true;
    }

    private void CompareZones(DateTime local)
    {
        var asked = _zone ?? _fallback;
        if (_bias is { } bias && asked is not null && asked.GetUtcOffset(local) != bias && _zone is null)
        {
            Notice($"{_file}, line 1, column 1: the header says UTC{PdhTime.Offset(bias)}, which is used, and not {asked.Id}. For another zone use --time-zone '{_file}={asked.Id}'");
        }
    }

    // Rows of a day each, read with the month first, jump from month to month.
    private void CheckMonths(DateTime local)
    {
        if (!_monthTold && !_dayFirst && local - _lastLocal >= MonthLeast
            && PdhTime.TryParseDayFirst(_lastTime, out var before) && PdhTime.TryParseDayFirst(_fields[0], out var after)
            && after > before && after - before <= DaysMost)
        {
            _monthTold = true;
            Notice($"{_file}, line {_lines.Number}, column 1: the times jump from '{Short(_lastTime)}' to '{Short(_fields[0])}', read with the month first, as recorders write. If the day is first, write the times as YYYY-MM-DD");
        }
    }

    private long ToUnix(DateTime local)
    {
        var offset = _zone is null ? _offset : OffsetIn(_zone, local);
        return (local - offset - DateTime.UnixEpoch).Ticks * 100;
    }

    // In the hour that comes twice the first passage is over when times step back.
    private TimeSpan OffsetIn(TimeZoneInfo zone, DateTime local)
    {
        if (!zone.IsAmbiguousTime(local))
        {
            // A time of the hour that is left out belongs to what follows it: a recorder's clock jumps a moment early or late.
            return zone.GetUtcOffset(zone.IsInvalidTime(local) ? local.AddHours(1) : local);
        }

        var offsets = zone.GetAmbiguousTimeOffsets(local);
        var first = offsets.Max();
        return (local - first - DateTime.UnixEpoch).Ticks * 100 > _lastNs ? first : offsets.Min();
    }

    private void CheckSecondHeader()
    {
        if (_fields.Count != _header.Length || !_fields.Skip(1).SequenceEqual(_header.Skip(1), StringComparer.OrdinalIgnoreCase))
        {
            throw Bad(0, "a second header with other columns", "split the file there and use each part as a recording of its own; hvi diagnose takes several --host, and several --guest of one VM");
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
            throw Bad(0, "a line does not end within 256 million characters", "cut the file before this line, or record again");
        }
        catch (IOException e)
        {
            throw Bad(0, $"cannot be read further ({e.Message})", "check the disk or the share");
        }
    }

    private void Damaged(int column, string problem)
    {
        DamagedLines++;
        _gap = true;
        string where = column > 0 ? string.Create(CultureInfo.InvariantCulture, $", column {column}") : "";
        Notice($"{_file}, line {_lines.Number}{where}: {problem}; the line was skipped");
    }

    // The first of each column: a counter that fails does so in every row.
    private void NoticeField(int column, string text)
    {
        if (_damagedColumns.Add(column))
        {
            Notice(text);
        }
    }

    private void Notice(string text)
    {
        if (_notices.Count < NoticesMax)
        {
            _notices.Add(text);
        }
    }

    private PdhCsvException Bad(int column, string problem, string remedy) => new(_file, _lines.Number, column, problem, remedy);
}
