using HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.PdhCsv;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.PdhCsv;

public sealed class PdhCsvCounterSourceTests : IDisposable
{
    private const string Vp = @"\\HV01\Hyper-V Hypervisor Virtual Processor(web 01:Hv VP 0)\";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_ProcessorRows_BecomeSecondsPerSecond()
    {
        await using var source = Source(
            [
                Vp + "% Total Run Time", Vp + "CPU Wait Time Per Dispatch", Vp + "Logical Processor Dispatches/sec",
                @"\\HV01\Hyper-V Hypervisor Logical Processor(Hv LP 0)\% Total Run Time", @"\\HV01\Hyper-V Hypervisor Logical Processor(_Total)\% Total Run Time",
                @"\\HV01\Hyper-V Hypervisor Root Virtual Processor(Root VP 1)\% Total Run Time",
            ],
            [null, null, null, null, null, null], [50, 60_000, 5000, 75, 75, 12]);

        Assert.DoesNotContain((await StepAsync(source, 0)).Samples, s => s.Form == SampleForm.IntervalRate);
        var reading = await StepAsync(source, 1);

        var vm = Assert.Single(reading.Partitions);
        Assert.Equal(("web 01", 1, PartitionState.Running, PartitionGuid.FromName("HV01", "web 01")), (vm.Name, vm.VirtualProcessors, vm.State, vm.Id));
        AssertRate(0.5, reading, vm.Id, HostMetrics.VpRunTime, "0");
        AssertRate(0.3, reading, vm.Id, HostMetrics.VpWaitTime, "0");
        AssertRate(0.75, reading, Guid.Empty, HostMetrics.LpRunTime, "0");
        AssertRate(0.12, reading, Guid.Empty, HostMetrics.RootRunTime, "1");
        Assert.Equal(1, Value(reading, Guid.Empty, HostMetrics.LpCount, ""));
        Assert.Single(reading.Samples, s => s.Series.MetricId == HostMetrics.LpRunTime.Id);
        var rate = reading.Samples.First(s => s.Form == SampleForm.IntervalRate);
        Assert.Equal(1_000_000_000, rate.EndNs - rate.StartNs);
    }

    [Fact]
    public async Task Read_WaitColumnCappedAt100_IsLeftOutAndSaid()
    {
        var rows = Enumerable.Range(0, 8).Select(_ => new double?[] { 100, 2000 }).ToArray();
        await using var source = Source([Vp + "CPU Wait Time Per Dispatch", Vp + "Logical Processor Dispatches/sec"], rows);

        var readings = new List<CounterReading>();
        for (int i = 0; i < rows.Length; i++)
        {
            readings.Add(await StepAsync(source, i));
        }

        Assert.DoesNotContain(readings.SelectMany(r => r.Samples), s => s.Series.MetricId == HostMetrics.VpWaitTime.Id);
        Assert.Single(readings.SelectMany(r => r.Faults), f => f.Contains("is 100 in every row", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_RowsOfManyPortsAndPipes_AreToldByTheWorstOrTogether()
    {
        await using var source = Source(
            [
                Vp + "% Total Run Time",
                @"\\HV01\Hyper-V Virtual Switch Port(web 01 port)\Dropped Packets Incoming/sec", @"\\HV01\Hyper-V Virtual Switch Port(b)\Dropped Packets Incoming/sec",
                @"\\HV01\Hyper-V Virtual Switch Port(_Total)\Dropped Packets Incoming/sec",
                @"\\HV01\Hyper-V Virtual Switch Processor(LAN_0)\Number of VMQs", @"\\HV01\Hyper-V Virtual Switch Processor(LAN_1)\Number of VMQs",
                @"\\HV01\Hyper-V Virtual Machine Bus Pipes(p)\Writes/sec", @"\\HV01\Hyper-V Virtual Machine Bus Pipes(q)\Writes/sec",
                @"\\HV01\Hyper-V VM Vid Numa Node(0)\PageCount", @"\\HV01\Hyper-V VM Remoting(web 01:Remoting)\Connected Clients",
            ],
            [null, null, null, null, 3, 4, null, null, 1000, 0], [50, 1, 7, 99, 3, 4, 10, null, 1000, 1]);

        await StepAsync(source, 0);
        var reading = await StepAsync(source, 1);

        AssertRate(7, reading, Guid.Empty, StackMetrics.SwitchPortDropped, "receive");
        Assert.Equal(7, Value(reading, Guid.Empty, StackMetrics.SwitchQueues, ""));
        AssertRate(10, reading, Guid.Empty, StackMetrics.VmbusAllPipesOperations, "write");
        Assert.Equal(4096 * 1000, Value(reading, Guid.Empty, StackMetrics.VidNodeMemory, "0"));
        Assert.Equal(1, Value(reading, Assert.Single(reading.Partitions).Id, StackMetrics.VmwpConsoles, ""));
    }

    [Fact]
    public async Task Read_MemoryDiskAndBus_HaveBaseUnits()
    {
        const string memory = @"\\HV01\Hyper-V Dynamic Memory VM(web 01)\";
        const string disk = @"\\HV01\Hyper-V Virtual Storage Device(--?-D:-vms-web 01_44693CA9-5378-4C95-84C7-0D3656FDF226.avhdx)\";
        const string label = "--?-D:-vms-web 01_44693CA9-5378-4C95-84C7-0D3656FDF226.avhdx";
        await using var source = Source(
            [
                memory + "Physical Memory", memory + "Current Pressure", memory + "Added Memory", disk + "Read Operations/Sec", disk + "Write Operations/Sec",
                disk + "Latency", disk + "Lower Latency", disk + "Maximum IO Rate", disk + "Maximum Bandwidth", disk + "Error Count",
                @"\\HV01\Hyper-V Virtual Machine Bus\Throttle Events", @"\\HV01\Hyper-V Dynamic Memory Balancer(System Balancer)\Available Memory",
            ],
            [2048, 110, 1, null, null, null, null, 500, 0, 0, 3, 100], [2048, 110, 1, 30, 10, 0.02, 0.015, 500, 0, 0, 3, 100]);
        await StepAsync(source, 0);

        var reading = await StepAsync(source, 1);

        var vm = Assert.Single(reading.Partitions).Id;
        Assert.Equal(2048.0 * 1024 * 1024, Value(reading, vm, HostMetrics.MemoryAssigned, ""));
        Assert.Equal(1.1, Value(reading, vm, HostMetrics.MemoryPressure, ""), 1e-9);
        Assert.Equal(2048.0 * 1024 * 1024 * 1.1, Value(reading, vm, HostMetrics.MemoryDemand, ""), 1.0);
        Assert.Equal(SampleForm.Cumulative, Sample(reading, vm, HostMetrics.MemoryAdded, "").Form);
        AssertRate(30, reading, vm, HostMetrics.DiskOperations, label + "|read");
        AssertRate(0.8, reading, vm, HostMetrics.DiskOperationTime, label + "|all");
        AssertRate(0.6, reading, vm, HostMetrics.DiskLowerOperationTime, label);
        Assert.Equal(500, Value(reading, vm, HostMetrics.DiskQosIops, label));
        Assert.DoesNotContain(reading.Samples, s => s.Series.MetricId == HostMetrics.DiskQosBandwidth.Id);
        Assert.Equal(SampleQuality.Estimated, Sample(reading, vm, HostMetrics.DiskOperations, label + "|read").Quality);
        Assert.Equal(1, Value(reading, vm, HostMetrics.DiskStore, label + "|D:"));
        Assert.Equal(SampleForm.Cumulative, Sample(reading, Guid.Empty, HostMetrics.VmbusThrottleEvents, "").Form);
        Assert.Equal(100.0 * 1024 * 1024, Value(reading, Guid.Empty, HostMetrics.HostMemoryAvailable, ""));
    }

    [Fact]
    public async Task Read_TwoVmsOfOneName_AreOneGroupWhoseMemoryAddsUp()
    {
        const string first = @"\\HV01\Hyper-V Dynamic Memory VM(web)\";
        const string second = @"\\HV01\Hyper-V Dynamic Memory VM(web#1)\";
        await using var source = Source([first + "Physical Memory", second + "Physical Memory", first + "Current Pressure"], [100, 50, 90]);

        var reading = await StepAsync(source, 0);

        var group = Assert.Single(reading.Partitions);
        Assert.Contains("several VMs", group.Name, StringComparison.Ordinal);
        Assert.Equal(150.0 * 1024 * 1024, Value(reading, group.Id, HostMetrics.MemoryAssigned, ""));
        Assert.DoesNotContain(reading.Samples, s => s.Series.MetricId == HostMetrics.MemoryPressure.Id);
        Assert.Contains(reading.Faults, f => f.Contains("Rename the VMs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_NamesWithColonUnderscoreAndOtherCase_JoinAcrossSets()
    {
        await using var source = Source(
            [
                @"\\HV01\Hyper-V Hypervisor Virtual Processor(a:b_c [x]:Hv VP 0)\% Total Run Time",
                @"\\HV01\Hyper-V Dynamic Memory VM(A:B_C (x))\Physical Memory",
                @"\\HV01\Hyper-V Virtual Network Adapter(a:b_c [x]_Ältere_Karte_17808674-B02D-408C-9AB8-A85700685FF7--0)\Bytes Received/sec",
            ],
            [1, 1, 1]);

        var reading = await StepAsync(source, 0);

        Assert.Equal(Guid.Parse("17808674-B02D-408C-9AB8-A85700685FF7"), Assert.Single(reading.Partitions).Id);
    }

    [Fact]
    public async Task Read_EightVmsCapture_FindsEveryVmByItsGuidAndKeepsTheRest()
    {
        await using var source = new PdhCsvCounterSource(new PdhCsvOptions { File = HostFixtures.PathOf("captures/eight-vms-network-and-cpu.csv"), Speed = 0 });

        var all = await AllAsync(source);

        Assert.Equal(
            ["apps-aarboard", "ipva-aarboard", "linux01", "rp-aarboard", "sv01", "sv05", "sv101 [linux]"],
            all[0].Partitions.Select(p => p.Name));
        Assert.Equal(Guid.Parse("F9677CA7-5B14-4441-86A2-7E414A31CD99"), all[0].Partitions[1].Id);
        Assert.Equal(100, all.Count);
        Assert.Contains(all.SelectMany(r => r.Samples), s => s.Partition == Guid.Empty && s.Series.Instance.StartsWith("Broadcom NetXtreme", StringComparison.Ordinal));
        Assert.True(all[^1].Ended);
    }

    [Fact]
    public async Task Read_StorageCapture_OwnsTheDiskByItsFileNameAndSkipsStateFiles()
    {
        await using var source = new PdhCsvCounterSource(new PdhCsvOptions { File = HostFixtures.PathOf("captures/storage-and-switch.csv"), Speed = 0 });

        var all = await AllAsync(source);

        var vm = Assert.Single(all[0].Partitions);
        Assert.Equal(("Opnsense", Guid.Parse("4AB43180-FCFA-46FD-A5A0-55069A2AA367")), (vm.Name, vm.Id));
        var disks = all.SelectMany(r => r.Samples).Where(s => s.Series.MetricId == HostMetrics.DiskOperations.Id).ToList();
        Assert.All(disks, s => Assert.Equal((vm.Id, 27.0, SampleQuality.Estimated), (s.Partition, s.Value, s.Quality)));
        Assert.DoesNotContain(all.SelectMany(r => r.Samples), s => s.Series.Instance.Contains(".vmgs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_LegacyCapture_TakesBothDirectionsFromTheLegacySet()
    {
        await using var source = new PdhCsvCounterSource(new PdhCsvOptions { File = HostFixtures.PathOf("captures/legacy-nic.csv"), Speed = 0 });

        var all = await AllAsync(source);

        var nics = all.SelectMany(r => r.Samples).Where(s => s.Series.MetricId == HostMetrics.NicIo.Id).Select(s => s.Series.Instance).Distinct();
        Assert.Equal(["Ethernet Card|receive", "Ethernet Card|transmit"], nics.Order(StringComparer.Ordinal));
        Assert.All(all.SelectMany(r => r.Samples).Where(s => s.Series.MetricId == HostMetrics.NicDropped.Id), s => Assert.Equal(SampleForm.Cumulative, s.Form));
    }

    [Fact]
    public async Task Read_DiskCaptureAlone_SaysThatTheOwnerIsUnknownAndTakesTheOneGiven()
    {
        var options = new PdhCsvOptions { File = HostFixtures.PathOf("captures/one-disk.csv"), Speed = 0 };
        await using var unknown = new PdhCsvCounterSource(options);
        options.DiskOwners["Opnsense_"] = "firewall";
        await using var known = new PdhCsvCounterSource(options);

        Assert.Contains("set its owner with DiskOwners", Assert.Single((await StepAsync(unknown, 0)).Faults), StringComparison.Ordinal);
        var reading = await StepAsync(known, 0);
        Assert.Equal("firewall", Assert.Single(reading.Partitions).Name);
        Assert.Empty(reading.Faults);
    }

    [Fact]
    public async Task Read_FourTimesFaster_ShowsFourRowsASecondWithRatesAsRecorded()
    {
        var rows = Enumerable.Range(0, 9).Select(i => new double?[] { 50, 100 + (i * 8) }).ToArray();
        await using var source = Source(
            [Vp + "% Total Run Time", @"\\HV01\Hyper-V Virtual Machine Bus\Throttle Events"], rows, speed: 4);
        await source.ReadAsync(1_000_000_000_000, TestContext.Current.CancellationToken);

        var reading = await source.ReadAsync(1_001_000_000_000, TestContext.Current.CancellationToken);

        var runs = reading.Samples.Where(s => s.Series.MetricId == HostMetrics.VpRunTime.Id).ToList();
        Assert.Equal(4, runs.Count);
        Assert.All(runs, s => Assert.Equal((0.5, 250_000_000), (s.Value, s.EndNs - s.StartNs)));
        Assert.Equal(1_001_000_000_000, runs[^1].EndNs);
        var events = reading.Samples.Where(s => s.Series.MetricId == HostMetrics.VmbusThrottleEvents.Id).ToList();
        Assert.Equal(8, (events[^1].Value - events[0].Value) / ((events[^1].EndNs - events[0].EndNs) / 1e9), 1e-6);
    }

    [Fact]
    public async Task Read_KeepTimestamps_StaysAtRecordedTimes()
    {
        await using var source = Source([Vp + "% Total Run Time"], [[1], [2]], keep: true);
        await StepAsync(source, 0);

        var reading = await StepAsync(source, 1);

        Assert.Equal(new DateTimeOffset(2026, 10, 2, 9, 0, 1, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000, reading.Samples[0].EndNs);
        Assert.True(reading.Ended);
    }

    [Fact]
    public async Task Read_GermanNames_AreReadAsTheirEnglishOnes()
    {
        await using var source = Source([@"\\HV01\Hyper-V-Hypervisor - virtueller Prozessor(web:Hv VP 0)\% Gesamtausführungszeit"], [[1], [2]]);

        var reading = await StepAsync(source, 0);

        Assert.Contains("its counter names are German", Assert.Single(reading.Faults), StringComparison.Ordinal);
        Assert.Equal("web", Assert.Single(reading.Partitions).Name);
    }

    [Fact]
    public void Open_UnknownLanguage_IsRefusedWithWhatIsKnown()
    {
        var error = Assert.Throws<CounterSourceException>(() => Source([@"\\HV01\Hyper-V-suorittimet – näennäinen(web:Hv VP 0)\% suoritusaika"], [[1]]));

        Assert.Contains("none of the languages that hvi reads (English, German, French, Spanish, Italian, Portuguese, Russian)", error.Message, StringComparison.Ordinal);
    }

    private PdhCsvCounterSource Source(string[] columns, params double?[][] rows) => Source(columns, rows, speed: 0);

    private PdhCsvCounterSource Source(string[] columns, double?[][] rows, double speed = 0, bool keep = false)
    {
        var text = new System.Text.StringBuilder("\"(PDH-CSV 4.0) (UTC)(0)\"");
        foreach (string column in columns)
        {
            text.Append(",\"").Append(column).Append('"');
        }

        for (int i = 0; i < rows.Length; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\r\n\"10/02/2026 09:00:{i:00}.000\"");
            foreach (double? value in rows[i])
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"{(value is { } v ? v : " ")}\"");
            }
        }

        return new PdhCsvCounterSource(new PdhCsvOptions { File = _folder.File("rec.csv", text.ToString()), Speed = speed, KeepTimestamps = keep });
    }

    private static async Task<CounterReading> StepAsync(PdhCsvCounterSource source, int second) =>
        await source.ReadAsync((1000 + second) * 1_000_000_000L, TestContext.Current.CancellationToken);

    private static async Task<List<CounterReading>> AllAsync(PdhCsvCounterSource source)
    {
        var all = new List<CounterReading>();
        do
        {
            all.Add(await StepAsync(source, all.Count));
        }
        while (!all[^1].Ended && all.Count < 1000);
        return all;
    }

    private static HostSample Sample(CounterReading reading, Guid partition, MetricDefinition metric, string instance) =>
        reading.Samples.Last(s => s.Partition == partition && s.Series == new SeriesKey(metric.Id, instance));

    private static double Value(CounterReading reading, Guid partition, MetricDefinition metric, string instance) =>
        Sample(reading, partition, metric, instance).Value;

    private static void AssertRate(double expected, CounterReading reading, Guid partition, MetricDefinition metric, string instance)
    {
        var sample = Sample(reading, partition, metric, instance);
        Assert.Equal(SampleForm.IntervalRate, sample.Form);
        Assert.Equal(expected, sample.Value, 1e-9);
    }
}
