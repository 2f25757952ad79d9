using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>Each hypothesis and each deciding pair of the truth table, as recordings written by hand at 5 s.</summary>
public sealed class HandMadeScenarioTests
{
    private const string Vm = "erp01";

    [Fact]
    public async Task Diagnose_HealthyPair_FindsNothing()
    {
        using var pair = new RecordedPair();

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses) + answer.Errors);
        Assert.Empty(answer.Episodes);
        var vm = answer.Json.GetProperty("vms").EnumerateArray().Single(v => v.GetProperty("vm").GetString() == Vm);
        Assert.True(vm.GetProperty("coverage").GetProperty("guest").GetDouble() > 0.95);
        Assert.True(vm.GetProperty("coverage").GetProperty("host").GetDouble() > 0.95);
    }

    [Fact]
    public async Task Diagnose_GuestBusyWithRoomOnHost_IsItsOwnDemand()
    {
        using var pair = OwnDemand();

        var answer = await pair.DiagnoseAsync();

        Assert.Equal(1, answer.Status);
        AssertSpan(answer.Only(Vm, "guest-cpu-demand"), "guest");
    }

    [Fact]
    public async Task Diagnose_SameInsideButWaitingOnFullHost_IsContentionWithItsCulprit()
    {
        using var pair = Contention();

        var answer = await pair.DiagnoseAsync();

        var episode = answer.Only(Vm, "host-cpu-contention");
        AssertSpan(episode, "host");
        Assert.Contains(episode.GetProperty("culprits").EnumerateArray(), c => c.GetProperty("vm").GetString() == "build_agent");
        var sides = episode.GetProperty("evidence").EnumerateArray().Select(e => e.GetProperty("side").GetString()).ToList();
        Assert.Contains("host", sides);
        Assert.True(sides.Contains("guest") || sides.Contains("both"), string.Join(",", sides));
        Assert.NotEqual(JsonValueKind.Null, episode.GetProperty("evidence")[0].GetProperty("limit").ValueKind);
    }

    [Fact]
    public async Task Diagnose_WaitingAtItsCapOnHalfIdleHost_IsTheCap()
    {
        using var pair = new RecordedPair { Inventory = """{"version":1,"vms":[{"name":"erp01","virtualProcessors":4,"processor":{"limitPercent":50}}]}""" };
        Busy(pair, 94);
        pair.During("erp01:Hv VP", 0).During(@"erp01:Hv VP 0)\% Total", 49.5).During(@"erp01:Hv VP 1)\% Total", 50.2)
            .During(@"erp01:Hv VP 2)\% Total", 49.9).During(@"erp01:Hv VP 3)\% Total", 50.1);
        for (int vp = 0; vp < 4; vp++)
        {
            pair.During($@"erp01:Hv VP {vp})\CPU Wait", 230_000).During($@"erp01:Hv VP {vp})\Logical", 1900);
        }

        pair.During("Processor Queue", 11);

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "cpu-cap"), "configuration");
    }

    [Fact]
    public async Task Diagnose_OneProcessorFull_IsOneThread()
    {
        using var pair = new RecordedPair();
        pair.During(@"Processor Information(0,2)\", 99.2).During(@"erp01:Hv VP 2)\% Total", 98.8)
            .During(@"Process(w3wp)\% Processor Time", 99);

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "guest-cpu-single-thread"), "guest");
    }

    // Windows moves a busy thread about: no processor is full, one process is.
    [Fact]
    public async Task Diagnose_ThreadThatIsMovedAbout_IsOneThread()
    {
        using var pair = new RecordedPair();
        pair.During(@"Processor Information(0,", 38).During(@"erp01:Hv VP ", 38).During(@"Process(w3wp)\% Processor Time", 97)
            .During("erp01:Hv VP 0)\\CPU Wait", 7000).During("erp01:Hv VP 1)\\CPU Wait", 7000).During("erp01:Hv VP 2)\\CPU Wait", 7000).During("erp01:Hv VP 3)\\CPU Wait", 7000);

        var answer = await pair.DiagnoseAsync();

        Assert.Contains(answer.Episodes, e => e.GetProperty("hypothesis").GetString() == "guest-cpu-single-thread");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(15)]
    public async Task Diagnose_HandlesOfAProcessRiseForAnHour_IsALeakOfThatProcess(double interval)
    {
        using var pair = new RecordedPair(interval, seconds: 4200) { FaultFrom = 0, FaultTo = 4200 };
        for (int minute = 0; minute < 70; minute++)
        {
            pair.Change(@"Process(w3wp)\Handle Count", minute * 60, (minute + 1) * 60, 900 + (80 * minute));
        }

        var leak = (await pair.DiagnoseAsync()).Only(Vm, "guest-leak");

        Assert.Equal("guest", leak.GetProperty("side").GetString());
        Assert.Contains("w3wp", leak.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_StoreSlowForAll_IsHostStorage()
    {
        using var pair = SlowStore();

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "host-storage-slow"), "host");
    }

    [Fact]
    public async Task Diagnose_AtItsQuotaWithQuickStore_IsTheQuota()
    {
        using var pair = new RecordedPair();
        pair.Always(@"erp01.vhdx)\Maximum IO Rate", 500).During(@"erp01.vhdx)\Normalized", 497).During(@"erp01.vhdx)\Latency", 0.042)
            .During("Avg. Disk sec/", 0.046).During("Disk Queue Length", 14).During("% Idle Time", 1).During(@"erp01.vhdx)\Queue", 10);

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "storage-qos-cap"), "configuration");
    }

    [Fact]
    public async Task Diagnose_QuotaOfInventoryOnly_IsTheQuota()
    {
        using var pair = new RecordedPair
        {
            Inventory = """{"version":1,"vms":[{"name":"erp01","disks":[{"path":"E:\\Hyper-V\\erp01\\erp01.vhdx","maximumIops":500}]}]}""",
        };
        pair.Without("Maximum IO Rate").During(@"erp01.vhdx)\Normalized", 497).During(@"erp01.vhdx)\Latency", 0.042)
            .During("Avg. Disk sec/", 0.046).During("Disk Queue Length", 14).During(@"erp01.vhdx)\Queue", 10);

        var answer = await pair.DiagnoseAsync();

        answer.Only(Vm, "storage-qos-cap");
    }

    [Fact]
    public async Task Diagnose_OwnOperationsFivefold_IsItsOwnOverload()
    {
        using var pair = new RecordedPair();
        pair.During(@"erp01.vhdx)\Read Op", 900).During(@"erp01.vhdx)\Write Op", 400).During("Disk Reads/sec", 900).During("Disk Writes/sec", 400)
            .During(@"erp01.vhdx)\Read By", 900 * 16384).During(@"erp01.vhdx)\Write By", 400 * 16384)
            .During(@"erp01.vhdx)\Latency", 0.024).During(@"erp01.vhdx)\Lower", 0.008).During("Avg. Disk sec/", 0.031).During("Disk Queue Length", 40)
            .During(@"erp01.vhdx)\Queue", 30).During("% Idle Time", 0.5);

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "guest-disk-overload"), "guest");
    }

    [Fact]
    public async Task Diagnose_PressureWithEmptyHost_IsHostMemory()
    {
        using var pair = MemoryShort();
        pair.During("Available Memory", 350).During(@"VM(erp01)\Removed", 8).During(@"VM(DC-Files)\Current Pressure", 112);

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "host-memory-pressure"), "host");
    }

    [Fact]
    public async Task Diagnose_PressureAtItsMaximumWithRoom_IsTheMaximum()
    {
        using var pair = MemoryShort();
        pair.Inventory = """{"version":1,"vms":[{"name":"erp01","memory":{"dynamic":true,"startupMb":2048,"maximumMb":8192}}]}""";

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "guest-memory-maximum"), "configuration");
    }

    [Fact]
    public async Task Diagnose_PressureOfMereCommitment_IsNoIncident()
    {
        using var pair = new RecordedPair();
        pair.During(@"VM(erp01)\Current Pressure", 118).During("Available Memory", 350);

        var answer = await pair.DiagnoseAsync();

        Assert.DoesNotContain(answer.Episodes, e => e.GetProperty("vm").GetString() == Vm);
    }

    [Fact]
    public async Task Diagnose_HostRowsZeroAndGuestSilent_IsAPause()
    {
        using var pair = new RecordedPair { FaultFrom = 600, FaultTo = 660, GuestSilent = (600, 661) };
        pair.During("erp01:Hv VP", 0);

        var answer = await pair.DiagnoseAsync();

        // The guest's recorder has no row in the pause: the host's rows of that time count all the same.
        AssertPaused(answer);
    }

    [Fact]
    public async Task Diagnose_HostRowsZeroWhileGuestWhoseClockStoodWrites_IsAPause()
    {
        using var pair = new RecordedPair { FaultFrom = 600, FaultTo = 660 };
        pair.During("erp01:Hv VP", 0);

        var answer = await pair.DiagnoseAsync();

        AssertPaused(answer);
    }

    [Fact]
    public async Task Diagnose_VmShutDownAndItsRecorderOutsideWritesBlanks_IsNoPause()
    {
        using var pair = new RecordedPair();
        foreach (string column in (string[])["erp01", "Processor Information", @"System\", @"Memory\", "PhysicalDisk", "Process(", "Interface(Microsoft", "TCPv4"])
        {
            pair.Change(column, 600, double.MaxValue, double.NaN);
        }

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses));
    }

    [Fact]
    public async Task Diagnose_GuestRecorderSilentWhileVmRuns_IsNoPause()
    {
        using var pair = new RecordedPair { GuestSilent = (600, 700) };

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses));
    }

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    public async Task Diagnose_GuestClockTenMinutesOff_SaysTheSame(double shift)
    {
        using var pair = Contention();
        pair.GuestShiftSeconds = shift;

        var answer = await pair.DiagnoseAsync();

        AssertSpan(answer.Only(Vm, "host-cpu-contention"), "host");
        var clock = answer.Json.GetProperty("vms").EnumerateArray().Single(v => v.GetProperty("vm").GetString() == Vm).GetProperty("clock");
        Assert.InRange(clock.GetProperty("offsetMs").GetDouble(), (shift * 1000) - 4000, (shift * 1000) + 4000);
    }

    [Fact]
    public async Task Diagnose_GuestHidden_IsLessSureAndSaysSo()
    {
        using var both = Contention();
        var seen = (await both.DiagnoseAsync()).Only(Vm, "host-cpu-contention");
        using var blind = Contention();
        blind.WithGuest = false;

        var answer = await blind.DiagnoseAsync();

        var hidden = answer.Only(Vm, "host-cpu-contention");
        Assert.True(hidden.GetProperty("probability").GetDouble() < seen.GetProperty("probability").GetDouble());
        Assert.Contains("no guest recording", string.Join(' ', hidden.GetProperty("unmeasured").EnumerateArray()), StringComparison.Ordinal);
        Assert.Contains("erp01: no guest recording", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 600)]
    [InlineData(15, 3000)]
    [InlineData(60, 9000)]
    public async Task Diagnose_OtherPaceOfRecording_SaysTheSame(double interval, double seconds)
    {
        using var pair = Contention(interval, seconds, seconds / 2, seconds * 0.75);

        var answer = await pair.DiagnoseAsync();

        answer.Only(Vm, "host-cpu-contention");
    }

    [Fact]
    public async Task Diagnose_NightlyBackup_IsHealthy()
    {
        using var pair = new RecordedPair();
        pair.During("Read Op", 1400).During("Read By", 1400 * 65536).During("Disk Reads/sec", 1400).During("Disk Bytes/sec", 1480 * 65536)
            .During(@"erp01.vhdx)\Latency", 0.0048).During(@"erp01.vhdx)\Lower", 0.0044).During("Avg. Disk sec/", 0.0052).During("% Idle Time", 4)
            .During("Disk Queue Length", 7).During("Pages Input", 2600);

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses));
    }

    [Fact]
    public async Task Diagnose_LogonStormWithinCapacity_IsHealthy()
    {
        using var pair = new RecordedPair();
        Busy(pair, 78);
        pair.During("Processor Queue", 3).During("Pages Input", 700).During("Memory\\Available MBytes", 2100).During("Process(svchost#3)\\% Processor Time", 70);
        for (int lp = 0; lp < 12; lp++)
        {
            pair.During($@"Hv LP {lp})\", 62);
        }

        for (int vp = 0; vp < 4; vp++)
        {
            pair.During($@"erp01:Hv VP {vp})\% Total", 77);
        }

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses));
    }

    [Fact]
    public async Task Diagnose_AntivirusSweepOnAllVms_IsHealthy()
    {
        using var pair = new RecordedPair();
        Busy(pair, 66);
        pair.During("Process(MsMpEng)\\% Processor Time", 130).During("Read Op", 420).During("Disk Reads/sec", 420);
        for (int lp = 0; lp < 12; lp++)
        {
            pair.During($@"Hv LP {lp})\", 66);
        }

        pair.During("% Total Run Time", 65);

        var answer = await pair.DiagnoseAsync();

        Assert.True(answer.Status == 0, string.Join(", ", answer.Hypotheses));
    }

    private static RecordedPair OwnDemand()
    {
        var pair = new RecordedPair();
        Busy(pair, 98);
        pair.During("Processor Queue", 13).During(@"Process(sqlservr)\% Processor Time", 330);
        for (int vp = 0; vp < 4; vp++)
        {
            pair.During($@"erp01:Hv VP {vp})\% Total", 97.4);
        }

        for (int lp = 0; lp < 12; lp++)
        {
            pair.During($@"Hv LP {lp})\", 56);
        }

        return pair;
    }

    private static RecordedPair Contention(double interval = 5, double seconds = 1200, double from = 600, double to = 900)
    {
        var pair = new RecordedPair(interval, seconds) { FaultFrom = from, FaultTo = to };
        Busy(pair, 96);
        pair.During("Processor Queue", 12).During(@"Process(sqlservr)\% Processor Time", 250);
        for (int vp = 0; vp < 4; vp++)
        {
            pair.During($@"erp01:Hv VP {vp})\% Total", 68).During($@"erp01:Hv VP {vp})\CPU Wait", 140_000).During($@"erp01:Hv VP {vp})\Logical", 2000);
        }

        for (int vp = 0; vp < 2; vp++)
        {
            pair.During($@"DC-Files:Hv VP {vp})\% Total", 30).During($@"DC-Files:Hv VP {vp})\CPU Wait", 110_000);
        }

        for (int vp = 0; vp < 6; vp++)
        {
            pair.During($@"build_agent:Hv VP {vp})\% Total", 91).During($@"build_agent:Hv VP {vp})\CPU Wait", 60_000);
        }

        for (int lp = 0; lp < 12; lp++)
        {
            pair.During($@"Hv LP {lp})\", 97);
        }

        return pair;
    }

    private static RecordedPair SlowStore()
    {
        var pair = new RecordedPair();
        return pair.During(@")\Latency", 0.071).During("Lower Latency", 0.069).During("Avg. Disk sec/", 0.074).During("Disk Queue Length", 13)
            .During(@"vhdx)\Queue", 12).During("% Idle Time", 2).During(@"erp01.vhdx)\Read Op", 100).During("Disk Reads/sec", 100);
    }

    private static RecordedPair MemoryShort()
    {
        var pair = new RecordedPair();
        return pair.During(@"VM(erp01)\Current Pressure", 131).During(@"Memory\Available MBytes", 160).During("Pages Input", 1900)
            .During("Avg. Disk sec/", 0.009).During("Disk Reads/sec", 420).During("Disk Queue Length", 3);
    }

    private static void Busy(RecordedPair pair, double percent)
    {
        for (int cpu = 0; cpu < 4; cpu++)
        {
            pair.During($@"Processor Information(0,{cpu})\", percent);
        }
    }

    // Start within two samples of the truth, end within four: 21:40 UTC plus ten minutes is 21:40.
    private static void AssertPaused(Diagnosed answer)
    {
        var episode = answer.Only(Vm, "vm-paused");
        Assert.InRange(episode.GetProperty("start").GetDateTime(), new DateTime(2026, 3, 17, 21, 39, 50, DateTimeKind.Utc), new DateTime(2026, 3, 17, 21, 40, 10, DateTimeKind.Utc));
        Assert.InRange(episode.GetProperty("end").GetDateTime(), new DateTime(2026, 3, 17, 21, 40, 50, DateTimeKind.Utc), new DateTime(2026, 3, 17, 21, 41, 10, DateTimeKind.Utc));
    }

    private static void AssertSpan(JsonElement episode, string side)
    {
        Assert.Equal(side, episode.GetProperty("side").GetString());
        Assert.InRange(episode.GetProperty("start").GetDateTime(), new DateTime(2026, 3, 17, 21, 39, 40, DateTimeKind.Utc), new DateTime(2026, 3, 17, 21, 40, 30, DateTimeKind.Utc));
        Assert.InRange(episode.GetProperty("end").GetDateTime(), new DateTime(2026, 3, 17, 21, 44, 30, DateTimeKind.Utc), new DateTime(2026, 3, 17, 21, 46, 0, DateTimeKind.Utc));
        Assert.True(episode.GetProperty("probability").GetDouble() >= 0.8);
        Assert.NotEmpty(episode.GetProperty("advice").GetString()!);
    }
}
