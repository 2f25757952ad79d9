using System.Text;
using System.Text.Json.Nodes;
using Json.Schema;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>Forms of recordings, wrong files, the schema and the exit statuses of <c>hvi diagnose --host</c>.</summary>
public sealed class DiagnoseInputTests
{
    [Fact]
    public async Task Diagnose_Answer_FollowsItsSchema()
    {
        using var pair = Slow();

        var answer = await pair.DiagnoseAsync();

        var schema = JsonSchema.FromText(await File.ReadAllTextAsync(Path.Combine(Root, "docs", "schemas", "diagnosis.schema.json"), TestContext.Current.CancellationToken));
        var result = schema.Evaluate(JsonNode.Parse(answer.Output), new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, string.Join('\n', result.Details.Where(d => d.HasErrors).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation} {e.Value}"))));
        Assert.Equal(1, answer.Status);
        Assert.NotEmpty(answer.Episodes);
    }

    [Fact]
    public async Task Diagnose_GuestSilentWithinAnEpisode_TellsTheGapInTextAndByTheSchema()
    {
        using var pair = Slow();
        pair.GuestSilent = (720, 780);

        var answer = await pair.DiagnoseAsync();
        string text = (await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, "--guest", "erp01=" + pair.GuestFile)).Output;

        var schema = JsonSchema.FromText(await File.ReadAllTextAsync(Path.Combine(Root, "docs", "schemas", "diagnosis.schema.json"), TestContext.Current.CancellationToken));
        Assert.True(schema.Evaluate(JsonNode.Parse(answer.Output)).IsValid);
        var gap = Assert.Single(answer.Only("erp01", "host-storage-slow").GetProperty("gaps").EnumerateArray());
        Assert.Equal("guest-silent", gap.GetProperty("cause").GetString());
        var lasted = gap.GetProperty("end").GetDateTimeOffset() - gap.GetProperty("start").GetDateTimeOffset();
        Assert.InRange(lasted.TotalSeconds, 45, 75);
        Assert.Contains("  gap", text, StringComparison.Ordinal);
        Assert.Contains("no data from the guest", text, StringComparison.Ordinal);
        Assert.All(answer.Episodes.Where(e => e.GetProperty("vm").GetString() != "erp01"), e => Assert.False(e.TryGetProperty("gaps", out _)));
    }

    [Fact]
    public async Task Inventory_ExampleOfTheIssue_FollowsItsSchemaAndIsRead()
    {
        const string Example = """
            {"version":1,"host":{"name":"HV01","logicalProcessors":16},
             "vms":[{"name":"erp01","id":"@","virtualProcessors":4,"processor":{"limitPercent":100,"reservePercent":0,"weight":100},
              "memory":{"dynamic":true,"startupMb":4096,"minimumMb":2048,"maximumMb":8192,"bufferPercent":20},"disks":[{"path":"C:\\VMs\\erp01\\disk0.vhdx","maximumIops":500}]}]}
            """;
        string example = Example.Replace("@", RecordedPair.Id("erp01").ToString(), StringComparison.Ordinal);
        var schema = JsonSchema.FromText(await File.ReadAllTextAsync(Path.Combine(Root, "docs", "schemas", "inventory.schema.json"), TestContext.Current.CancellationToken));
        Assert.True(schema.Evaluate(JsonNode.Parse(example)).IsValid);
        using var pair = Slow();
        pair.Inventory = example;

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 1, answer.Errors);
        answer.Only("erp01", "host-storage-slow");
    }

    [Fact]
    public async Task Inventory_SeveralFaults_AreToldAtOnce()
    {
        using var pair = new RecordedPair(seconds: 120) { Inventory = """{"version":2,"vms":[{"virtualProcessors":0},{"name":"x","processor":{"limitPercent":150}}]}""" };

        var answer = await pair.DiagnoseAsync();

        Assert.Equal(2, answer.Status);
        Assert.Equal("", answer.Output);
        Assert.Contains("version is 2", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("vms[0].name is missing", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("vms[1].processor.limitPercent is 150", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_SeveralFaults_AreToldAtOnce()
    {
        using var pair = new RecordedPair(seconds: 120);
        pair.Write();
        string config = Path.Combine(pair.Folder, "config.json");
        await File.WriteAllTextAsync(config, """{"Engine":{"Diagnosis":{"EndSeconds":0,"Limits":{"ReadyShare":7}}}}""", TestContext.Current.CancellationToken);

        var answer = await pair.DiagnoseAsync("--config", config);

        Assert.Equal(2, answer.Status);
        Assert.Contains("EndSeconds", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("ReadyShare", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_LimitOfOneVm_HoldsForItAlone()
    {
        using var pair = Slow();
        pair.Write();
        string config = Path.Combine(pair.Folder, "config.json");
        await File.WriteAllTextAsync(
            config, """{"Engine":{"Diagnosis":{"PartitionLimits":{"erp01":{"DiskLatencySeconds":0.5,"DiskLatencyBaselineRatio":90,"DiskLatencyFloorSeconds":0.5}}}}}""", TestContext.Current.CancellationToken);

        var answer = await pair.DiagnoseAsync("--config", config);

        Assert.DoesNotContain("erp01 host-storage-slow", answer.Hypotheses);
        Assert.Contains("DC-Files host-storage-slow", answer.Hypotheses);
    }

    [Theory]
    [InlineData("semicolon")]
    [InlineData("tab")]
    [InlineData("decimal comma")]
    [InlineData("lower case")]
    [InlineData("utf-8 mark")]
    [InlineData("utf-16")]
    [InlineData("typeperf text")]
    [InlineData("no quotes")]
    [InlineData("damaged line")]
    [InlineData("other zone")]
    public async Task Diagnose_OtherFormOfTheSameRecording_SaysTheSame(string form)
    {
        using var pair = Slow();
        pair.Separator = form switch { "semicolon" or "decimal comma" => ';', "tab" => '\t', _ => ',' };
        pair.Write();
        foreach (string file in (string[])[pair.HostFile, pair.GuestFile])
        {
            string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            text = form switch
            {
                "tab" => text.Replace("PDH-CSV", "PDH-TSV", StringComparison.Ordinal),
                "decimal comma" => DecimalCommas(text),
                "lower case" => LowerHeader(text),
                "typeperf text" => "\r\n" + text + "\r\nExiting, please wait...                         \r\nThe command completed successfully.\r\n",
                "no quotes" => text.Replace("\"", "", StringComparison.Ordinal).Replace("0,0)", "0)", StringComparison.Ordinal).Replace("0,1)", "1)", StringComparison.Ordinal)
                    .Replace("0,2)", "2)", StringComparison.Ordinal).Replace("0,3)", "3)", StringComparison.Ordinal),
                "damaged line" => text.Insert(text.IndexOf(":42:", StringComparison.Ordinal) + 90, "\"oops"),
                "other zone" => text.Replace("(W. Europe Standard Time)(-60)", "(Mitteleurop\u00e4ische Zeit)(-60)", StringComparison.Ordinal),
                _ => text,
            };
            await File.WriteAllTextAsync(file, text, form switch { "utf-16" => Encoding.Unicode, "utf-8 mark" => new UTF8Encoding(true), "other zone" => Encoding.Latin1, _ => new UTF8Encoding(false) }, TestContext.Current.CancellationToken);
        }

        var answer = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, "--guest", "erp01=" + pair.GuestFile, "--format", "json");

        Assert.True(answer.Status == 1, answer.Errors);
        answer.Only("erp01", "host-storage-slow");
        Assert.Equal(form == "damaged line", answer.Errors.Contains("damaged lines", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Diagnose_HostInTwoFilesSideBySide_SaysTheSame()
    {
        using var pair = Slow();
        pair.WithGuest = false;
        pair.Without("Virtual Storage Device").Write();
        string first = Path.Combine(pair.Folder, "first.csv");
        File.Move(pair.HostFile, first);
        using var other = Slow();
        other.Without("Hypervisor").Without("Dynamic Memory").Write();

        var answer = await Diagnosed.RunAsync(
            "diagnose", "--host", first, "--host", other.HostFile, "--guest", "erp01=" + other.GuestFile, "--format", "json");

        answer.Only("erp01", "host-storage-slow");
    }

    [Fact]
    public async Task Diagnose_WindowAroundHealthyTime_FindsNothing()
    {
        using var pair = Slow();

        var answer = await pair.DiagnoseAsync("--from", "2026-03-17T21:32:00Z", "--to", "2026-03-17T21:37:00Z");

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses));
        Assert.Equal("2026-03-17T21:32:00Z", answer.Json.GetProperty("from").GetString());
    }

    [Fact]
    public async Task Diagnose_NoBias_NamesPlaceAndRemedyAndTakesTimeZone()
    {
        using var pair = Slow();
        pair.Write();
        string text = await File.ReadAllTextAsync(pair.HostFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(pair.HostFile, text.Replace(" (W. Europe Standard Time)(-60)", "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        string[] command = ["diagnose", "--host", pair.HostFile, "--guest", "erp01=" + pair.GuestFile, "--format", "json"];

        var refused = await Diagnosed.RunAsync(command);
        var taken = await Diagnosed.RunAsync([.. command, "--time-zone", "+01:00"]);

        Assert.Equal(2, refused.Status);
        Assert.Contains("line 1, column 1", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("--time-zone", refused.Errors, StringComparison.Ordinal);
        taken.Only("erp01", "host-storage-slow");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("hello\nworld\n", "line 1")]
    [InlineData("\"(PDH-CSV 4.0) (UTC)(0)\",\"\\\\H\\Print Queue(_Total)\\Jobs\"\r\n", "column 2")]
    [InlineData("\"(PDH-CSV 4.0) (UTC)(0)\",\"\\\\H\\Hyper-V Hypervisor Logical Processor(Hv LP 0)\\% Total Run Time\"\r\n", "line 2")]
    public async Task Diagnose_UnusableHost_IsOneErrorAndStatusTwo(string text, string place)
    {
        using var pair = new RecordedPair(seconds: 60);
        await File.WriteAllTextAsync(pair.HostFile, text, TestContext.Current.CancellationToken);

        var answer = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile);

        Assert.Equal(2, answer.Status);
        Assert.Equal("", answer.Output);
        string line = Assert.Single(answer.Errors.TrimEnd().Split('\n'));
        Assert.Contains(pair.HostFile, line, StringComparison.Ordinal);
        Assert.Contains(place, line, StringComparison.Ordinal);
        Assert.Contains(';', line);
    }

    [Fact]
    public async Task Diagnose_MissingFiles_AreStatusTwo()
    {
        using var pair = new RecordedPair(seconds: 60);
        pair.Write();

        foreach (string[] command in (string[][])
        [
            ["diagnose", "--host", "/nowhere/at/all.csv"], ["diagnose", "--host", pair.HostFile, "--guest", "erp01=/nowhere.csv"],
            ["diagnose", "--host", pair.HostFile, "--linux-guest", "erp01=" + pair.GuestFile], ["diagnose", "--host", pair.HostFile, "--inventory", "/nowhere.json"],
            ["diagnose", "--host", pair.HostFile, "--config", "/nowhere.json"], ["diagnose", "--inventory", "/nowhere.json"],
            ["diagnose", "--host", pair.HostFile, "--guest", "erp01=" + pair.HostFile], ["diagnose", "--host", pair.HostFile, "--from", "yesterday"],
            ["diagnose", "--host", pair.HostFile, "--from", "2031-01-01T00:00:00Z"],
        ])
        {
            var answer = await Diagnosed.RunAsync(command);
            Assert.True(answer.Status == 2, string.Join(' ', command) + answer.Errors);
            Assert.NotEqual("", answer.Errors);
            Assert.Equal("", answer.Output);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2026-03-17T20:40:00Z")]
    public async Task Diagnose_StorageCountersAlone_SaysThatNoRowNamesAVm(string? from)
    {
        using var pair = new RecordedPair(seconds: 300) { WithGuest = false };
        pair.Without("Hypervisor").Without("Dynamic Memory").Without("Network").Without("Virtual Switch").Without("Virtual Machine Bus").Write();

        var answer = await Diagnosed.RunAsync(["diagnose", "--host", pair.HostFile, .. from is null ? (string[])[] : ["--from", from]]);

        Assert.Equal(2, answer.Status);
        Assert.Equal("", answer.Output);
        Assert.Contains($"{pair.HostFile}, line 1: no row names a VM that can be diagnosed; the columns are of Hyper-V Virtual Storage Device. Record", answer.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("--from", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from", "2031-01-01T00:00:00Z")]
    [InlineData("--to", "2001-01-01T00:00:00Z")]
    public async Task Diagnose_WindowOutsideTheRecording_IsSaidAsThat(string option, string time)
    {
        using var pair = new RecordedPair(seconds: 300);
        pair.Write();

        var answer = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, option, time);

        Assert.Equal(2, answer.Status);
        Assert.Contains("between --from and --to", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_GuestAlone_IsJudgedFromInsideAndTold()
    {
        using var pair = new RecordedPair();
        pair.During(@"Processor Information(0,", 99).During("Processor Queue", 12);
        pair.Write();

        var answer = await Diagnosed.RunAsync("diagnose", "--guest", "erp01=" + pair.GuestFile, "--format", "json");

        Assert.Equal(1, answer.Status);
        Assert.NotEmpty(answer.Episodes);
        Assert.All(answer.Episodes, e => Assert.NotEqual("host", e.GetProperty("side").GetString()));
        Assert.Contains("no host recording", answer.Errors, StringComparison.Ordinal);
        Assert.Equal(0, answer.Json.GetProperty("vms")[0].GetProperty("coverage").GetProperty("host").GetDouble());
    }

    [Fact]
    public async Task Diagnose_Pipe_IsRefusedInWords()
    {
        string pipe = Path.Combine(Directory.CreateTempSubdirectory("hvi-pipe-").FullName, "host.csv");
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // Somebody must hold the other end, or opening waits for him.
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        var answer = await Diagnosed.RunAsync("diagnose", "--host", pipe);
        Directory.Delete(Path.GetDirectoryName(pipe)!, recursive: true);

        Assert.Equal(2, answer.Status);
        Assert.Contains("is a pipe", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_GuestOfUnknownName_IsJudgedFromInsideAndTold()
    {
        using var pair = new RecordedPair();
        for (int cpu = 0; cpu < 4; cpu++)
        {
            pair.During($@"Processor Information(0,{cpu})\", 99);
        }

        pair.During("Processor Queue", 15).Write();

        var answer = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, "--guest", "elsewhere=" + pair.GuestFile, "--format", "json");

        Assert.Contains("no rows of a VM named elsewhere", answer.Errors, StringComparison.Ordinal);
        Assert.Contains(answer.Json.GetProperty("vms").EnumerateArray(), v => v.GetProperty("vm").GetString() == "elsewhere");
    }

    [Fact]
    public async Task Diagnose_Text_HasOneSentenceFirstAndBothSides()
    {
        using var pair = Slow();
        pair.Write();

        var answer = await Diagnosed.RunAsync("diagnose", "--host", pair.HostFile, "--guest", "erp01=" + pair.GuestFile);

        Assert.StartsWith("HYPER7, 2026-03-17 21:30", answer.Output, StringComparison.Ordinal);
        Assert.Contains("3 of 3 VMs affected", answer.Output, StringComparison.Ordinal);
        Assert.Contains("  guest", answer.Output, StringComparison.Ordinal);
        Assert.Contains("  host", answer.Output, StringComparison.Ordinal);
        Assert.Contains("  advice", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_MutatedRecordings_NeverFailUnhandled()
    {
        using var pair = new RecordedPair(seconds: 150) { FaultFrom = 60, FaultTo = 120 };
        pair.During("Lower Latency", 0.07).Write();
        byte[] host = await File.ReadAllBytesAsync(pair.HostFile, TestContext.Current.CancellationToken);
        byte[] guest = await File.ReadAllBytesAsync(pair.GuestFile, TestContext.Current.CancellationToken);
        string hostFile = Path.Combine(pair.Folder, "h.csv");
        string guestFile = Path.Combine(pair.Folder, "g.csv");
        var random = new Random(20261123);
        for (int i = 0; i < 40; i++)
        {
            await File.WriteAllBytesAsync(hostFile, i % 3 == 0 ? host : Mutate(host, random), TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(guestFile, i % 3 == 1 ? guest : Mutate(guest, random), TestContext.Current.CancellationToken);

            var answer = await Diagnosed.RunAsync("diagnose", "--host", hostFile, "--guest", "erp01=" + guestFile, "--format", "json");

            Assert.InRange(answer.Status, 0, 2);
            Assert.Equal(answer.Status == 2, answer.Output.Length == 0);
        }
    }

    private static string Root => Environment.GetEnvironmentVariable("HVI_REPO") is { Length: > 0 } root ? root : FindRoot();

    private static string FindRoot()
    {
        string at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "HvIntegration.sln")))
        {
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("the repository was not found above the tests");
        }

        return at;
    }

    private static RecordedPair Slow()
    {
        var pair = new RecordedPair();
        return pair.During(@")\Latency", 0.071).During("Lower Latency", 0.069).During("Avg. Disk sec/", 0.074).During("Disk Queue Length", 13);
    }

    private static string DecimalCommas(string text)
    {
        int header = text.IndexOf('\n', StringComparison.Ordinal);
        var body = new StringBuilder(text[..header]);
        foreach (string line in text[header..].Split('\n'))
        {
            int end = line.IndexOf(';', StringComparison.Ordinal);
            body.Append(end < 0 ? line : line[..end] + line[end..].Replace('.', ',')).Append('\n');
        }

        return body.ToString();
    }

    private static string LowerHeader(string text)
    {
        int header = text.IndexOf('\n', StringComparison.Ordinal);
        int first = text.IndexOf(',', StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, first), text[first..header].ToLowerInvariant(), text.AsSpan(header));
    }

    private static byte[] Mutate(byte[] source, Random random)
    {
        byte[] bytes = [.. source];
        int changes = random.Next(1, 30);
        for (int i = 0; i < changes; i++)
        {
            int at = random.Next(bytes.Length);
            bytes[at] = (byte)(random.Next(4) switch { 0 => '"', 1 => ',', 2 => random.Next(256), _ => '\n' });
        }

        return random.Next(4) switch
        {
            0 => bytes[..random.Next(bytes.Length)],
            1 => [.. bytes[random.Next(40)..]],
            _ => bytes,
        };
    }
}
