using System.Text;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PdhCsv;

namespace HvIntegration.HostBroker.Tests.CounterSources.PdhCsv;

public class PdhCsvReaderTests
{
    private const string Head = """
        "(PDH-CSV 4.0) (W. Europe Daylight Time)(-120)","\\HV01\System\Processor Queue Length","\\HV01\Memory\Pages/sec"
        """;

    [Fact]
    public void Open_BiasInHeader_TurnsLocalTimeToUtc()
    {
        using var reader = Reader(Head + "\r\n\"10/02/2026 09:20:51.001\",\" \",\"81\"\r\n\"10/02/2026 09:20:56.002\",\"\",\"2.5\"\r\n");

        Assert.True(reader.TryRead(out var row));
        Assert.Equal(At("2026-10-02T07:20:51.001Z"), row.TimeNs);
        Assert.True(double.IsNaN(row.Values.Span[0]));
        Assert.Equal(81, row.Values.Span[1]);
        Assert.True(reader.TryRead(out row));
        Assert.Equal(2.5, row.Values.Span[1]);
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("\"(PDH-CSV 4.0) (Paris, Madrid (heure d\"")]
    [InlineData("\"(PDH-CSV 4.0) (\"")]
    [InlineData("\"(PDH-CSV 4.0)\"")]
    public void Open_NoBias_NeedsAZoneAndTakesIt(string first)
    {
        string text = first + ",\"\\\\H\\System\\Threads\"\r\n\"10/02/2026 09:00:00.000\",\"1\"\r\n";

        var error = Assert.Throws<PdhCsvException>(() => Reader(text));
        using var reader = Reader(text, new PdhCsvReaderOptions(PdhTime.Zone("+02:00")));

        Assert.Contains("rec.csv, line 1, column 1: the header has no time zone bias; set the time zone of the recorder", error.Message, StringComparison.Ordinal);
        Assert.True(reader.TryRead(out var row));
        Assert.Equal(At("2026-10-02T07:00:00Z"), row.TimeNs);
    }

    [Fact]
    public void Open_BiasAgainstTheZoneName_IsNoticed()
    {
        using var reader = Reader("\"(PDH-CSV 4.0) (Tokyo Standard Time)(540)\",\"\\\\H\\System\\Threads\"\n");

        Assert.Contains("540 minutes does not match", Assert.Single(reader.TakeNotices()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(';', "\"(PDH-CSV 4.0) (UTC)(0)\"", "\"1,5\"")]
    [InlineData('\t', "\"(PDH-TSV 4.0) (UTC)(0)\"", "\"1.5\"")]
    [InlineData(',', "(PDH-CSV 4.0) (UTC)(0)", "1.5")]
    public void TryRead_OtherSeparators_AreUnderstood(char separator, string mark, string number)
    {
        using var reader = Reader($"{mark}{separator}\"\\\\H\\Set(a,b;c)\\X\"\n10/02/2026 09:00:00.000{separator}{number}\n");

        Assert.True(reader.TryRead(out var row));
        Assert.Equal(1.5, row.Values.Span[0]);
        Assert.Equal("a,b;c", reader.Columns[0].Instance);
    }

    [Fact]
    public void TryRead_DecimalCommaInQuotesWithCommaSeparator_IsANumber()
    {
        using var reader = Reader(Head + "\n\"10/02/2026 09:00:00.000\",\"1,5\",\"1\"\n\"10/02/2026 09:00:01.000\",\"1,234.5\",\"1\"\n");

        Assert.True(reader.TryRead(out var row));
        Assert.Equal(1.5, row.Values.Span[0]);
        Assert.True(reader.TryRead(out row));
        Assert.True(double.IsNaN(row.Values.Span[0]));
        Assert.Equal((1, 1), (row.Values.Span[1], reader.DamagedFields));
        Assert.Contains("line 3, column 2: '1,234.5' is not a number", Assert.Single(reader.TakeNotices()), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_DamagedLinesAndTypeperfText_AreSkippedCountedAndTold()
    {
        using var reader = Reader(
            Head + "\n\"10/02/2026 09:00:00.000\",\"1\",\"1\"\n\"10/02/2026 09:00:01.000\",\"1\n\"rubbish\",\"1\",\"2\"\n"
            + "\"10/02/2026 09:00:03.000\",\"3\",\"3\"\n\nExiting, please wait...\nThe command completed successfully.\n");

        Assert.True(reader.TryRead(out var first));
        Assert.False(first.AfterGap);
        Assert.True(reader.TryRead(out var second));
        Assert.True(second.AfterGap);
        Assert.False(reader.TryRead(out _));
        Assert.Equal((2, 2), (reader.DamagedLines, reader.TextLines));
        Assert.Equal(2, reader.TakeNotices().Count);
    }

    [Fact]
    public void TryRead_ClockGoesBackAnHour_TimesGoOnRising()
    {
        using var reader = Reader(
            Head + "\n\"10/25/2026 02:59:59.000\",\"1\",\"1\"\n\"10/25/2026 02:00:00.000\",\"1\",\"1\"\n\"10/25/2026 02:00:01.000\",\"1\",\"1\"\n");

        long[] times = [.. Times(reader)];

        Assert.Equal([At("2026-10-25T00:59:59Z"), At("2026-10-25T01:00:00Z"), At("2026-10-25T01:00:01Z")], times);
        Assert.Contains("end of daylight saving", Assert.Single(reader.TakeNotices()), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_ZoneGiven_BothPassagesOfTheDoubleHourAreRight()
    {
        var zone = PdhTime.Zone("Europe/Berlin");
        Assert.SkipWhen(zone is null, "this system has no time zone data (apt-get install tzdata)");
        using var reader = Reader(
            Head + "\n\"10/25/2026 02:30:00.000\",\"1\",\"1\"\n\"10/25/2026 02:59:59.000\",\"1\",\"1\"\n\"10/25/2026 02:00:00.000\",\"1\",\"1\"\n",
            new PdhCsvReaderOptions(zone));

        Assert.Equal([At("2026-10-25T00:30:00Z"), At("2026-10-25T00:59:59Z"), At("2026-10-25T01:00:00Z")], Times(reader));
    }

    [Theory]
    [InlineData("America/New_York", "03:00:05", "2026-03-08T07:00:05Z")]
    [InlineData("America/New_York", "02:59:59", "2026-03-08T06:59:59Z")]
    [InlineData("Europe/Berlin", "03:00:05", "2026-03-08T08:00:05Z")]
    public void TryRead_ZoneToldBesideABias_TellsDaylightSavingWhereItIsTheRecorders(string name, string local, string after)
    {
        var zone = PdhTime.Zone(name);
        Assert.SkipWhen(zone is null, "this system has no time zone data (apt-get install tzdata)");
        using var reader = Reader(
            "\"(PDH-CSV 4.0) (Eastern Standard Time)(300)\",\"\\\\H\\System\\Threads\"\n\"03/08/2026 01:59:55.000\",\"1\"\n\"03/08/2026 " + local + ".000\",\"1\"\n",
            new PdhCsvReaderOptions(null) { Fallback = zone });

        Assert.Equal([At("2026-03-08T06:59:55Z"), At(after)], Times(reader));
    }

    [Fact]
    public void TryRead_DaysThatReadAsMonths_AreHintedAtOnce()
    {
        using var reader = Reader(Head + "\n\"03/03/2026 09:00:00\",\"1\",\"1\"\n\"04/03/2026 09:00:00\",\"1\",\"1\"\n\"05/03/2026 09:00:00\",\"1\",\"1\"\n");

        Assert.Equal(3, Times(reader).Count());
        Assert.Contains("If the day is first, write the times as YYYY-MM-DD", Assert.Single(reader.TakeNotices()), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_RowsOutOfOrder_AreSkippedAndCounted()
    {
        using var reader = Reader(
            Head + "\n\"10/02/2026 09:00:05.000\",\"1\",\"1\"\n\"10/02/2026 09:00:01.000\",\"1\",\"1\"\n\"10/02/2026 09:00:05.000\",\"1\",\"1\"\n\"10/02/2026 09:00:06.000\",\"1\",\"1\"\n");

        Assert.Equal(2, Times(reader).Count());
        Assert.Equal(2, reader.UnorderedRows);
    }

    [Fact]
    public void TryRead_SecondHeader_SameGoesOnOtherIsAnError()
    {
        using var same = Reader(Head + "\n" + Head + "\n\"10/02/2026 09:00:05.000\",\"1\",\"1\"\n");
        using var other = Reader(Head + "\n" + Head.Replace("Pages", "Leaves", StringComparison.Ordinal) + "\n");

        Assert.True(same.TryRead(out _));
        Assert.Contains("line 2", Assert.Throws<PdhCsvException>(() => other.TryRead(out _)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("windows-1252", false)]
    public void Open_AnyEncoding_KeepsUmlauts(string name, bool mark)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        byte[] text = encoding.GetBytes("\"(PDH-CSV 4.0) (UTC)(0)\",\"\\\\H\\Set(Ältere)\\X\"\r\n\"10/02/2026 09:00:05.000\",\"1\"\r\n");
        byte[] bytes = mark ? [.. encoding.GetPreamble(), .. text] : text;

        using var reader = PdhCsvReader.Open(new MemoryStream(bytes), "rec.csv", new PdhCsvReaderOptions());

        Assert.Equal("Ältere", reader.Columns[0].Instance);
        Assert.True(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("time,value\n", "does not start with (PDH-CSV 4.0)")]
    [InlineData("\"(PDH-CSV 4.0) (UTC)(0)\"\n", "has no counters")]
    [InlineData("\"(PDH-CSV 4.0) (UTC)(0)\",\"nonsense\"\n", "column 2: 'nonsense' is not a counter path")]
    [InlineData("\"(PDH-CSV 4.0) (UTC)(9999)\",\"\\\\H\\A\\B\"\n", "not a valid time zone")]
    public void Open_NoRecording_NamesFileLineAndRemedy(string text, string expected)
    {
        var error = Assert.Throws<PdhCsvException>(() => Reader(text));

        Assert.StartsWith("rec.csv", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("; ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileMissing_NamesIt()
    {
        var error = Assert.Throws<PdhCsvException>(() => PdhCsvReader.Open("/nowhere/x.csv", new PdhCsvReaderOptions()));

        Assert.StartsWith("/nowhere/x.csv: cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eight-vms-network-and-cpu.csv", 11, 100)]
    [InlineData("storage-and-switch.csv", 14, 100)]
    [InlineData("one-disk.csv", 20, 23)]
    [InlineData("one-nic.csv", 16, 14)]
    [InlineData("legacy-nic.csv", 13, 100)]
    public void TryRead_RealCaptures_GivesEveryRow(string file, int columns, int rows)
    {
        using var reader = PdhCsvReader.Open(HostFixtures.PathOf("captures/" + file), new PdhCsvReaderOptions());

        Assert.Equal(columns, reader.Columns.Count);
        Assert.Equal(rows, Times(reader).Count());
        Assert.Equal((0, 0, 0), (reader.DamagedLines, reader.UnorderedRows, reader.TextLines));
        Assert.Empty(reader.TakeNotices());
    }

    [Fact]
    public void TryRead_MutatedCaptures_ThrowsNothingElse()
    {
        var random = new Random(11);
        byte[][] files = [.. Directory.GetFiles(HostFixtures.PathOf("captures"), "*.csv").Order().Select(File.ReadAllBytes)];
        const string tricky = "\",;\t\r\n()\\#:. -1e\0ÿ";
        for (int round = 0; round < 400; round++)
        {
            byte[] bytes = [.. files[round % files.Length]];
            int reach = round % 2 == 0 ? bytes.Length : Math.Min(3000, bytes.Length);
            for (int n = random.Next(1, 30); n > 0; n--)
            {
                bytes[random.Next(reach)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)tricky[random.Next(tricky.Length)];
            }

            int length = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
            try
            {
                using var reader = PdhCsvReader.Open(new MemoryStream(bytes, 0, length), "rec.csv", new PdhCsvReaderOptions());
                var map = new CounterPlan(reader.Columns, new VmHints());
                long last = long.MinValue;
                while (reader.TryRead(out var row))
                {
                    Assert.True(row.TimeNs > last);
                    last = row.TimeNs;
                    foreach (var target in map.Targets)
                    {
                        target.Value(row.Values.Span);
                    }
                }

                Assert.True(reader.TakeNotices().Count <= 20);
            }
            catch (PdhCsvException e)
            {
                Assert.StartsWith("rec.csv", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<long> Times(PdhCsvReader reader)
    {
        while (reader.TryRead(out var row))
        {
            yield return row.TimeNs;
        }
    }

    private static PdhCsvReader Reader(string text, PdhCsvReaderOptions? options = null) =>
        PdhCsvReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), "rec.csv", options ?? new PdhCsvReaderOptions());

    private static long At(string utc) =>
        (DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks * 100;
}
