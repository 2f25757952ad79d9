using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Streams a PDH-CSV or PDH-TSV recording of any counters: columns are paths, rows are times and numbers.</summary>
/// <remarks>
/// Memory is bounded by the longest line, not by the file. A damaged line is skipped, counted and told in <see cref="TakeNotices"/>;
/// only what makes the whole recording unreadable throws.
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
    private readonly double[] _values;
    private readonly char _separator;
    private TimeSpan _offset;
    private DateTime _local;
    private DateTime _lastLocal = DateTime.MinValue;
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
        for (int i = 1; i < _header.Length; i++)
        {
            columns.Add(CounterPath.Parse(_header[i].Trim())
                ?? throw Bad(i + 1, $"'{Short(_header[i])}' is not a counter path", @"a path looks like \\HOST\Set(Instance)\Counter"));
        }

        if (columns.Count == 0)
        {
            throw Bad(0, "the header has no counters", "record at least one counter");
        }

        Columns = columns;
        _values = new double[columns.Count];
    }

    /// <summary>File as the caller named it.</summary>
    public string File => _file;

    /// <summary>Paths in the order of the file.</summary>
    public IReadOnlyList<CounterPath> Columns { get; }

    /// <summary>Lines that were skipped because they were damaged.</summary>
    public long DamagedLines { get; private set; }

    /// <summary>Rows that were skipped because their time does not rise.</summary>
    public long UnorderedRows { get; private set; }

    /// <summary>Lines of plain text around the rows, as typeperf writes them.</summary>
    public long TextLines { get; private set; }

    /// <summary>Opens a recording and reads its header.</summary>
    /// <exception cref="PdhCsvException">It is not there, may not be read, or is no recording.</exception>
    public static PdhCsvReader Open(string file, PdhCsvReaderOptions options)
    {
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
            lines = new PdhLineReader(PdhText.Open(stream, options.AnsiCodePage), LineMax);
            return new PdhCsvReader(file, lines, options);
        }
        catch (ArgumentException)
        {
            stream.Dispose();
            throw new PdhCsvException(file, 0, 0, $"unknown code page {options.AnsiCodePage}", "use the number of a code page, such as 1252");
        }
        catch (InvalidDataException)
        {
            stream.Dispose();
            throw new PdhCsvException(file, 1, 0, "not a text file: it contains zero bytes", "use a recording written by 'typeperf -f CSV', or convert with 'relog FILE.blg -f csv'");
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
            if (line.Length == 0 || string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (_lines.Overlong)
            {
                Damaged(0, $"longer than {LineMax} characters");
                continue;
            }

            // Rows start with a quote or a digit; "Exiting, please wait..." does not.
            if (char.IsLetter(line.AsSpan().TrimStart()[0]))
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

    private static string Short(string text) => text.Length <= 80 ? text : text[..77] + "...";

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
                int mark = line.IndexOf(CsvMark, StringComparison.OrdinalIgnoreCase);
                mark = mark < 0 ? line.IndexOf(TsvMark, StringComparison.OrdinalIgnoreCase) : mark;
                return mark is 0 or 1
                    ? line
                    : throw Bad(0, $"does not start with {CsvMark}", "record with 'typeperf -f CSV' or convert with 'relog FILE.blg -f csv'");
            }
        }

        throw Bad(0, "the file is empty", "record with 'typeperf -f CSV' or convert with 'relog FILE.blg -f csv'");
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
        if (!match.Success && _fallback is not null)
        {
            _zone = _fallback;
            return;
        }

        if (!match.Success)
        {
            throw Bad(1, "the header has no time zone bias", "set the time zone of the recorder, such as +02:00 or Europe/Berlin (hvi diagnose --time-zone)");
        }

        int bias = int.Parse(match.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (bias is < -840 or > 720)
        {
            throw Bad(1, $"a bias of {bias} minutes is not a valid time zone", "set the time zone of the recorder, such as +02:00 or Europe/Berlin");
        }

        foreach (var (name, standard) in KnownZones)
        {
            // Daylight saving makes one hour of difference in either naming.
            if (field.Contains("(" + name, StringComparison.OrdinalIgnoreCase) && Math.Abs(bias - standard) > 60)
            {
                Notice($"{_file}, line {_lines.Number}, column 1: the bias of {bias} minutes does not match the name of the zone. The bias is used; set the time zone if times are wrong");
            }
        }

        _offset = TimeSpan.FromMinutes(-bias);
    }

    private (int Column, string Problem)? ReadFields()
    {
        if (_fields.Count != _header.Length)
        {
            return (0, $"{_fields.Count} fields, but the header has {_header.Length}");
        }

        if (!PdhTime.TryParse(_fields[0], out _local))
        {
            return (1, $"'{Short(_fields[0])}' is not a time in the form MM/DD/YYYY HH:MM:SS.mmm");
        }

        for (int i = 1; i < _fields.Count; i++)
        {
            if (!TryNumber(_fields[i], out _values[i - 1]))
            {
                return (i + 1, $"'{Short(_fields[i])}' is not a number");
            }

            // Some recorders write -1 for "no value"; no counter is negative by itself.
            if (_values[i - 1] == -1)
            {
                _values[i - 1] = double.NaN;
            }
        }

        return null;
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

        return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
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
        if (_zone is null && _lastLocal != DateTime.MinValue)
        {
            double step = (local - _lastLocal).TotalSeconds;
            if (step < 0 && Math.Abs(step + DaylightStepSeconds) < DaylightToleranceSeconds)
            {
                _offset -= TimeSpan.FromSeconds(DaylightStepSeconds);
                ns = ToUnix(local);
                Notice($"{_file}, line {_lines.Number}: the clock goes back by an hour, which is interpreted as the end of daylight saving time; later times use the new offset");
            }
            else if (step > 0 && Math.Abs(step - DaylightStepSeconds) < DaylightToleranceSeconds)
            {
                Notice($"{_file}, line {_lines.Number}: an hour without rows: a pause, or the start of daylight saving time. Set the time zone to distinguish them");
            }
        }

        if (ns <= _lastNs)
        {
            UnorderedRows++;
            _gap = true;
            Notice($"{_file}, line {_lines.Number}: its time is not later than that of the previous row, so the row was skipped. Sort the file, or replay merged recordings separately");
            row = default;
            return false;
        }

        _lastLocal = local;
        _lastNs = ns;
        row = new PdhRow(_lines.Number, ns, _values, _gap);
        _gap = false;
        return true;
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
            throw Bad(0, "a second header with other columns", "split the file there and replay the parts separately");
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

    private void Notice(string text)
    {
        if (_notices.Count < NoticesMax)
        {
            _notices.Add(text);
        }
    }

    private PdhCsvException Bad(int column, string problem, string remedy) => new(_file, _lines.Number, column, problem, remedy);
}
