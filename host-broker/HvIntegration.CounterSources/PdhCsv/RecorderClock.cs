using System.Globalization;
using System.Text.RegularExpressions;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Times of a recording: the local times of its rows on one clock, by the bias of its header or a time zone that was given.</summary>
internal sealed partial class RecorderClock
{
    private const double DaylightStepSeconds = 3600;
    private const double DaylightToleranceSeconds = 600;

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

    private readonly RecordingPlace _place;
    private readonly TimeZoneInfo? _fallback;
    private TimeZoneInfo? _zone;
    private TimeSpan _offset;
    private bool _dayFirst;
    private bool _monthTold;
    private string _text = "";
    private DateTime _local;
    private string _lastText = "";
    private DateTime? _lastLocal;
    private double _interval;
    private long _lastNs = long.MinValue;

    /// <summary>Reads what the header says of the recorder's clock.</summary>
    /// <param name="place">Where notices and errors come from.</param>
    /// <param name="head">First field of the header.</param>
    /// <param name="options">Time zones that were given.</param>
    /// <exception cref="PdhCsvException">The header has no usable bias, and no time zone was given.</exception>
    public RecorderClock(RecordingPlace place, string head, PdhCsvReaderOptions options)
    {
        (_place, _zone, _fallback) = (place, options.Zone, options.Fallback);
        ReadBias(head);
    }

    /// <summary>Reads the time of a row.</summary>
    /// <param name="text">First field of the row.</param>
    /// <returns>False when it is no time.</returns>
    /// <exception cref="PdhCsvException">It shows that the rows before it may have been read wrongly.</exception>
    public bool TryRead(string text)
    {
        _text = text;
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

        if (_lastLocal is not null)
        {
            throw _place.Bad(1, $"'{RecordingPlace.Short(text)}' has the day before the month, and the rows before it were read with the month first", "write all times as MM/DD/YYYY or YYYY-MM-DD");
        }

        _dayFirst = true;
        _place.Notice($"{_place}, column 1: '{RecordingPlace.Short(text)}' has the day before the month, which no recorder of Windows writes; all times are read so");
        return true;
    }

    /// <summary>Puts the time that was read last behind those before it.</summary>
    /// <param name="ns">Host time, Unix nanoseconds.</param>
    /// <returns>False when it is not later than the row before.</returns>
    /// <exception cref="PdhCsvException">Times have no seconds, and two rows the same one.</exception>
    public bool TryPlace(out long ns)
    {
        double step = 0;
        if (_lastLocal is { } before)
        {
            step = (_local - before).TotalSeconds;
            CheckMonths(before);
        }
        else
        {
            Begin();
        }

        ns = ToUnix(_local);
        if (_zone is null && step < 0 && Math.Abs(step + DaylightStepSeconds) < DaylightToleranceSeconds)
        {
            _offset -= TimeSpan.FromSeconds(DaylightStepSeconds);
            ns = ToUnix(_local);
            _place.Notice($"{_place}: the clock goes back by an hour, which is interpreted as the end of daylight saving time; later times use the new offset");
        }
        else if (_zone is null && _interval is > 0 and < DaylightIntervalMax && Math.Abs(step - DaylightStepSeconds) < DaylightToleranceSeconds)
        {
            _place.Notice($"{_place}: an hour without rows: a pause, or the start of daylight saving time. Set the time zone to distinguish them");
        }

        if (ns == _lastNs && PdhTime.LacksSeconds(_text))
        {
            throw _place.Bad(1, $"'{RecordingPlace.Short(_text)}' has no seconds, and neither has the row before it: a spreadsheet saved the file again", "use the file as the recorder wrote it, or give the first column the format MM/DD/YYYY hh:mm:ss.000 before saving");
        }

        if (ns <= _lastNs)
        {
            _place.Notice($"{_place}: its time is not later than that of the previous row, so the row was skipped. Sort the file, or replay merged recordings separately");
            return false;
        }

        _interval = step > 0 ? step : _interval;
        (_lastLocal, _lastText, _lastNs) = (_local, _text, ns);
        return true;
    }

    [GeneratedRegex(@"\((-?\d{1,5})\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex BiasPattern();

    private void ReadBias(string field)
    {
        if (_zone is not null)
        {
            return;
        }

        var match = BiasPattern().Match(field);
        if (!match.Success)
        {
            _zone = _fallback ?? throw _place.Bad(1, "the header has no time zone bias", "set the time zone of the recorder, such as +02:00 or Europe/Berlin (hvi diagnose --time-zone)");
            return;
        }

        int bias = int.Parse(match.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (bias is < -840 or > 720)
        {
            _zone = _fallback ?? throw _place.Bad(1, $"a bias of {bias} minutes is not a valid time zone", "set the time zone of the recorder, such as +02:00 or Europe/Berlin (hvi diagnose --time-zone)");
            return;
        }

        _offset = TimeSpan.FromMinutes(-bias);
        foreach (var (name, standard) in KnownZones)
        {
            // Daylight saving makes one hour of difference in either naming.
            if (field.Contains("(" + name, StringComparison.OrdinalIgnoreCase) && Math.Abs(bias - standard) > 60)
            {
                _zone = _fallback;
                _place.Notice($"{_place}, column 1: the bias of {bias} minutes does not match the name of the zone. "
                    + (_zone is null ? "The bias is used; set the time zone if times are wrong (hvi diagnose --time-zone)" : $"The time zone {_zone.Id} is used, as --time-zone says"));
            }
        }
    }

    // The header's bias is that of the recorder's start; a zone that had it then shows when it changes.
    private void Begin()
    {
        if (_zone is not null || _fallback is null)
        {
            return;
        }

        if (_fallback.GetUtcOffset(_local) == _offset)
        {
            _zone = _fallback;
            return;
        }

        _place.Notice($"{_place.File}, line 1, column 1: the header says UTC{PdhTime.Offset(_offset)}, which is used, and not {_fallback.Id}. For another zone use --time-zone '{_place.File}={_fallback.Id}'");
    }

    // Rows of a day each, read with the month first, jump from month to month.
    private void CheckMonths(DateTime previous)
    {
        if (!_monthTold && !_dayFirst && _local - previous >= MonthLeast
            && PdhTime.TryParseDayFirst(_lastText, out var before) && PdhTime.TryParseDayFirst(_text, out var after)
            && after > before && after - before <= DaysMost)
        {
            _monthTold = true;
            _place.Notice($"{_place}, column 1: the times jump from '{RecordingPlace.Short(_lastText)}' to '{RecordingPlace.Short(_text)}', read with the month first, as recorders write. If the day is first, write the times as YYYY-MM-DD");
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
}
