using System.Text;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>Recordings as collectors, scripts and spreadsheets leave them: taken with a notice, or refused in one sentence that helps.</summary>
public sealed class RecordingFormTests
{
    [Theory]
    [InlineData("description", "'Weekly baseline of SRV01': not a counter path, so the column is left out")]
    [InlineData("commas", "3 columns have no name and are left out")]
    [InlineData("commas in rows only", null)]
    [InlineData("carriage returns", "its lines end in a carriage return alone")]
    [InlineData("doubled carriage returns", null)]
    [InlineData("blanks before the mark", null)]
    [InlineData("twelve hours", null)]
    [InlineData("day first", "has the day before the month")]
    [InlineData("no number", "'1.#QNAN' is not a number; the field was read as blank")]
    public async Task Diagnose_OddFormOfABusyGuest_IsJudged(string form, string? notice)
    {
        using var recording = SmallRecording.BusyGuest();
        (recording.HeadTail, recording.Tail) = form switch
        {
            "description" => (",\"Weekly baseline of SRV01\"", ",\"\""),
            "commas" => (",,,", ",,,"),
            "commas in rows only" => ("", ",,"),
            _ => ("", ""),
        };
        recording.LineEnd = form switch { "carriage returns" => "\r", "doubled carriage returns" => "\r\r\n", _ => "\r\n" };
        recording.TimeForm = form switch { "twelve hours" => "MM/dd/yyyy hh:mm:ss tt", "day first" => "dd/MM/yyyy HH:mm:ss", _ => recording.TimeForm };
        recording.Head = form == "blanks before the mark" ? "  " + recording.Head : recording.Head;
        if (form == "no number")
        {
            recording.Add(@"\\SRV01\Memory\Pages/sec", row => row % 9 == 4 ? "1.#QNAN" : "2");
        }

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + recording.File(), "--format", "json");

        Assert.True(answer.Status == 1, answer.Errors);
        answer.Only("web01", "unknown");
        Assert.Equal("2026-03-17T20:30:01Z", answer.Json.GetProperty("from").GetString()![..20]);
        Assert.DoesNotContain("skipped", answer.Errors, StringComparison.Ordinal);
        if (notice is not null)
        {
            Assert.Contains(notice, answer.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("no seconds", "has no seconds, and neither has the row before it: a spreadsheet saved the file again")]
    [InlineData("blank rows", "no row has a value in any column")]
    [InlineData("esxtop", "a recording of 'esxtop -b', a program of VMware ESXi")]
    public async Task Diagnose_RecordingThatCannotBeUsed_SaysWhyInOneLine(string form, string expected)
    {
        using var recording = form switch
        {
            "esxtop" => new SmallRecording().Add(@"\\esx1\Group Cpu(201:app)\% Ready", 30),
            "blank rows" => new SmallRecording().Add(@"\\SRV01\Processor(0)\% Processor Time", _ => " "),
            _ => SmallRecording.BusyGuest(),
        };
        recording.TimeForm = form == "no seconds" ? "MM/dd/yyyy HH:mm" : recording.TimeForm;
        string file = recording.File();

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file);

        Assert.Equal((2, ""), (answer.Status, answer.Output));
        string line = Assert.Single(answer.Errors.TrimEnd().Split('\n'));
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x50, 0x4B, 3, 4, 20, 0 }, "an Excel workbook or a ZIP archive")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "a compressed file; unpack it first")]
    public async Task Diagnose_OtherFile_IsNamedAsWhatItIs(byte[] bytes, string expected)
    {
        using var recording = new SmallRecording();
        string file = Path.Combine(recording.Folder, "x");
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file);

        Assert.Equal(2, answer.Status);
        Assert.Contains(expected, answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_Folder_IsSaidAsThat()
    {
        using var recording = new SmallRecording();

        var answer = await Diagnosed.RunAsync("diagnose", "--host", recording.Folder);

        Assert.Equal(2, answer.Status);
        Assert.Contains("is a folder", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "2026-03-18T06:30:01Z", "The bias is used; set the time zone")]
    [InlineData("+09:00", "2026-03-17T12:30:01Z", "The time zone +09:00 is used")]
    [InlineData("Asia/Tokyo", "2026-03-17T12:30:01Z", "The time zone Asia/Tokyo is used")]
    public async Task Diagnose_BiasOfTheWrongSign_IsCorrectedByTheRemedyItNames(string? zone, string from, string notice)
    {
        using var recording = SmallRecording.BusyGuest();
        recording.Head = "(PDH-CSV 4.0) (Tokyo Standard Time)(540)";

        var answer = await Diagnosed.RunAsync(["diagnose", "--guest", "web01=" + recording.File(), "--format", "json", .. zone is null ? (string[])[] : ["--time-zone", zone]]);

        Assert.Equal(from, answer.Json.GetProperty("from").GetString());
        Assert.Contains(notice, answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_TimeZoneOfOneFile_WinsOverItsHeader()
    {
        using var recording = SmallRecording.BusyGuest();
        string file = recording.File();

        var common = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file, "--format", "json", "--time-zone", "-05:00");
        var own = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file, "--format", "json", "--time-zone", file + "=-05:00");
        var other = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file, "--time-zone", "elsewhere.csv=-05:00");

        Assert.Equal("2026-03-17T20:30:01Z", common.Json.GetProperty("from").GetString());
        Assert.Contains($"the header says UTC+01:00, which is used, and not -05:00. For another zone use --time-zone '{file}=-05:00'", common.Errors, StringComparison.Ordinal);
        Assert.Equal("2026-03-18T02:30:01Z", own.Json.GetProperty("from").GetString());
        Assert.Equal(2, other.Status);
        Assert.Contains("none of the recordings given", other.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1251, "Бухгалтерия")]
    [InlineData(932, "表示用")]
    [InlineData(936, "财务服务器")]
    public async Task Diagnose_VmNameInAnotherCodePage_IsReadByTheOptionThatTheNoticeNames(int codePage, string vm)
    {
        using var host = new SmallRecording().AddHost("HV01", vm, 95, 620_000);
        host.Encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        using var guest = SmallRecording.BusyGuest();
        string[] command = ["diagnose", "--host", host.File(), "--guest", $"{vm}={guest.File()}", "--format", "json"];

        var unasked = await Diagnosed.RunAsync(command);
        var asked = await Diagnosed.RunAsync([.. command, "--code-page", codePage.ToString(System.Globalization.CultureInfo.InvariantCulture)]);

        Assert.Contains("read with code page 1252", unasked.Errors, StringComparison.Ordinal);
        Assert.Contains("--code-page", unasked.Errors, StringComparison.Ordinal);
        Assert.Equal(vm, Assert.Single(asked.Json.GetProperty("vms").EnumerateArray()).GetProperty("vm").GetString());
        Assert.DoesNotContain("no rows of a VM", asked.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_TwoHostsInOneFile_AreJudgedHostByHost()
    {
        using var recording = new SmallRecording().AddHost("HV01", "web01", 20, 900).AddHost("HV02", "app09", 97, 620_000);
        string file = recording.File();

        var answer = await Diagnosed.RunAsync("diagnose", "--host", file, "--format", "json");
        string text = (await Diagnosed.RunAsync("diagnose", "--host", file)).Output;

        Assert.Equal(1, answer.Status);
        Assert.Equal("HV02", answer.Only("app09", "host-cpu-contention").GetProperty("host").GetString());
        Assert.Equal(["HV01", "HV02"], answer.Json.GetProperty("vms").EnumerateArray().Select(v => v.GetProperty("host").GetString()));
        Assert.Contains("HV01, 2026-03-17 20:30:01 to", text, StringComparison.Ordinal);
        Assert.Contains("none of 1 VM was affected", text, StringComparison.Ordinal);
        Assert.Contains("HV02, 2026-03-17 20:30:01 to", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_TwoHostsInTwoFiles_AreJudgedHostByHost()
    {
        using var first = new SmallRecording().AddHost("HV01", "web01", 20, 900);
        using var second = new SmallRecording().AddHost("hv02.example.org", "app09", 97, 620_000);

        var answer = await Diagnosed.RunAsync("diagnose", "--host", first.File(), "--host", second.File(), "--format", "json");

        Assert.Equal("hv02.example.org", answer.Only("app09", "host-cpu-contention").GetProperty("host").GetString());
    }

    [Fact]
    public async Task Diagnose_GuestFileOfSeveralComputers_TakesTheOneThatIsTheVm()
    {
        using var recording = SmallRecording.BusyGuest("WEB01");
        recording.Add(@"\\SRV02\Processor(0)\% Processor Time", 4).Add(@"\\SRV02\Processor(1)\% Processor Time", 3).Add(@"\\SRV02\System\Processor Queue Length", 0);
        string file = recording.File();

        var byName = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file, "--format", "json");
        var unclear = await Diagnosed.RunAsync("diagnose", "--guest", "sql=" + file);
        var named = await Diagnosed.RunAsync("diagnose", "--guest", "sql=" + file, "--guest-computer", "sql=SRV02", "--format", "json");

        byName.Only("web01", "unknown");
        Assert.Equal(2, unclear.Status);
        Assert.Contains("--guest-computer sql=WEB01", unclear.Errors, StringComparison.Ordinal);
        Assert.Equal(0, named.Status);
    }

    [Fact]
    public async Task Diagnose_GuestInParts_IsJudgedAsOne()
    {
        using var first = SmallRecording.BusyGuest();
        using var second = SmallRecording.BusyGuest();
        second.FirstRow = 120;

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + second.File("p2.csv"), "--guest", "web01=" + first.File("p1.csv"), "--format", "json");

        var episode = Assert.Single(answer.Episodes);
        Assert.Equal("2026-03-17T20:33:59Z", episode.GetProperty("end").GetString());
        Assert.Equal(1, answer.Json.GetProperty("vms")[0].GetProperty("coverage").GetProperty("guest").GetDouble());
    }

    [Fact]
    public async Task Diagnose_GuestInPartsFarApart_IsDiagnosed()
    {
        using var first = new SmallRecording().Add(@"\\SRV01\Processor(0)\% Processor Time", 4).Add(@"\\SRV01\Memory\Available MBytes", 6000).Add(@"\\SRV01\Memory\Pages Input/sec", 0);
        string early = first.File("p1.csv");
        first.FirstRow = 3600;

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + early, "--guest", "web01=" + first.File("p2.csv"), "--format", "json");

        Assert.True(answer.Status == 0, answer.Errors);
        Assert.True(answer.Json.GetProperty("vms")[0].GetProperty("diagnosed").GetBoolean());
    }

    [Theory]
    [InlineData(@"\\SRV01\System\Processor Queue Length")]
    [InlineData(@"\\SRV01\TCPv4\Segments Sent/sec")]
    [InlineData(@"\\SRV01\PhysicalDisk(0 C:)\Disk Transfers/sec")]
    public async Task Diagnose_RecordingWithoutADecidingCounter_IsNotDiagnosedAndNeverWell(string only)
    {
        using var recording = new SmallRecording().Add(only, 3);
        string file = recording.File();

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file);

        Assert.Equal((2, ""), (answer.Status, answer.Output));
        Assert.Contains("1 VM could not be diagnosed: web01.", answer.Errors, StringComparison.Ordinal);
        Assert.Contains(@"\Processor(*)\% Processor Time in the guest", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_RecordingWithoutDisks_SaysThatStorageHasNoDiagnosis()
    {
        using var recording = new SmallRecording().Add(@"\\SRV01\Processor(0)\% Processor Time", 4).Add(@"\\SRV01\Memory\Available MBytes", 6000).Add(@"\\SRV01\Memory\Pages Input/sec", 0);
        string file = recording.File();

        var text = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file);
        var json = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + file, "--format", "json");

        Assert.Equal(0, text.Status);
        Assert.Contains(@"undiagnosed storage of web01. Record \PhysicalDisk(*)\* in the guest.", text.Output, StringComparison.Ordinal);
        var vm = json.Json.GetProperty("vms")[0];
        Assert.True(vm.GetProperty("diagnosed").GetBoolean());
        Assert.Contains("storage", vm.GetProperty("notDiagnosed").EnumerateArray().Select(r => r.GetString()));
        Assert.DoesNotContain("processor", vm.GetProperty("notDiagnosed").EnumerateArray().Select(r => r.GetString()));
    }

    [Fact]
    public async Task Diagnose_HostWithTotalsOnly_NamesTheRowsToRecord()
    {
        using var recording = new SmallRecording()
            .Add(@"\\HV01\Hyper-V Hypervisor Logical Processor(_Total)\% Total Run Time", 20).Add(@"\\HV01\Hyper-V Hypervisor Virtual Processor(_Total)\% Total Run Time", 30);

        var answer = await Diagnosed.RunAsync("diagnose", "--host", recording.File());

        Assert.Equal(2, answer.Status);
        Assert.Contains(@"\Hyper-V Hypervisor Virtual Processor(*)\*", answer.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("--from", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_GuestGivenAsHost_SaysSo()
    {
        using var recording = SmallRecording.BusyGuest();

        var answer = await Diagnosed.RunAsync("diagnose", "--host", recording.File());

        Assert.Equal(2, answer.Status);
        Assert.Contains("no Hyper-V counters: it looks like the recording of a guest. Use it with --guest VM=", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_ARowEachHour_IsNoPause()
    {
        using var recording = SmallRecording.BusyGuest();
        (recording.IntervalSeconds, recording.Rows) = (3600, 24);

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "web01=" + recording.File());

        Assert.DoesNotContain("an hour without rows", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("header")]
    [InlineData("vm")]
    public async Task Diagnose_EscapesInAHeader_NeverReachTheTerminal(string place)
    {
        const string Evil = "x\u001b[31mred\u0007\u202egnp";
        using var recording = new SmallRecording().AddHost("HV01", place == "vm" ? Evil : "web01", 20, 900);
        recording.HeadTail = place == "header" ? $",\"{Evil}\"" : "";

        var answer = await Diagnosed.RunAsync("diagnose", "--host", recording.File());

        Assert.DoesNotContain(answer.Output + answer.Errors, c => c is '\u001b' or '\u0007' or '\u202e');
        Assert.Contains("red", answer.Output + answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counters_RecordingOfUnknownNames_SaysWhatDiagnoseSays()
    {
        using var recording = new SmallRecording().Add(@"\\HV01\Hüper-V – Prozesser(_Total)\% Zeit", 20);
        string file = recording.File();

        var diagnosed = await Diagnosed.RunAsync("diagnose", "--host", file);
        var counted = await Diagnosed.RunAsync("counters", "--source", "pdh-csv", "--set", "PdhCsv:File=" + file);

        Assert.Equal((2, 2), (diagnosed.Status, counted.Status));
        const string Said = "none of the 1 columns is a known Hyper-V host counter";
        Assert.Contains(Said, diagnosed.Errors, StringComparison.Ordinal);
        Assert.Contains(Said, counted.Errors, StringComparison.Ordinal);
        Assert.Contains("none of the languages that hvi reads", diagnosed.Errors, StringComparison.Ordinal);
    }
}
