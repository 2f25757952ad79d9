using System.Globalization;
using System.Text;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>A made-up pair of perfmon recordings, host HYPER7 and its guest "erp01", healthy unless told otherwise; written by hand from the truth table, not from the simulator.</summary>
/// <remarks>The victim is erp01 with 4 virtual processors; siblings are "DC-Files" (2) and "build_agent" (6) on a host of 12 logical processors.</remarks>
internal sealed class RecordedPair : IDisposable
{
    private const string Victim = "erp01";
    private static readonly DateTime Start = new(2026, 3, 17, 21, 30, 0, DateTimeKind.Unspecified);
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-offline-").FullName;
    private readonly List<(string Path, Func<double, double?> Value)> _host = [];
    private readonly List<(string Path, Func<double, double?> Value)> _guest = [];
    private readonly Dictionary<string, (double From, double To, double Value)[]> _changes = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _dropped = [];
    private uint _state = 7;

    public RecordedPair(double intervalSeconds = 5, double seconds = 1200)
    {
        IntervalSeconds = intervalSeconds;
        Seconds = seconds;
        Host();
        Guest();
    }

    public static (string Vm, int Processors)[] Vms { get; } = [(Victim, 4), ("DC-Files", 2), ("build_agent", 6)];

    public double IntervalSeconds { get; }

    public double Seconds { get; }

    public double FaultFrom { get; init; } = 600;

    public double FaultTo { get; init; } = 900;

    public double GuestShiftSeconds { get; set; }

    public bool WithGuest { get; set; } = true;

    public char Separator { get; set; } = ',';

    public string? Inventory { get; set; }

    /// <summary>Hours with no guest rows, as when the VM stands still.</summary>
    public (double From, double To)? GuestSilent { get; set; }

    public string HostFile => Path.Combine(_folder, "hyper7.csv");

    public string GuestFile => Path.Combine(_folder, "erp01.csv");

    public string Folder => _folder;

    /// <summary>Value of every column that holds the text, while the fault lasts.</summary>
    public RecordedPair During(string column, double value) => Change(column, FaultFrom, FaultTo, value);

    /// <summary>Value of every column that holds the text, from start to end.</summary>
    public RecordedPair Always(string column, double value) => Change(column, double.MinValue, double.MaxValue, value);

    /// <summary>Value in a stretch of its own; NaN leaves the fields blank.</summary>
    public RecordedPair Change(string column, double from, double to, double value)
    {
        Assert.Contains(_host.Concat(_guest), c => c.Path.Contains(column, StringComparison.OrdinalIgnoreCase));
        _changes[column] = [.. _changes.GetValueOrDefault(column, []), (from, to, value)];
        return this;
    }

    /// <summary>Leaves every column out that holds the text.</summary>
    public RecordedPair Without(string column)
    {
        _dropped.Add(column);
        return this;
    }

    /// <summary>Runs the command.</summary>
    public async Task<Diagnosed> DiagnoseAsync(params string[] more)
    {
        Write();
        List<string> args = ["diagnose", "--host", HostFile, "--format", "json", .. more];
        if (WithGuest)
        {
            args.AddRange(["--guest", $"{Victim}={GuestFile}"]);
        }

        if (Inventory is not null)
        {
            string file = Path.Combine(_folder, "inventory.json");
            await File.WriteAllTextAsync(file, Inventory, TestContext.Current.CancellationToken);
            args.AddRange(["--inventory", file]);
        }

        return await Diagnosed.RunAsync([.. args]);
    }

    public void Write()
    {
        Write(HostFile, "\"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)\"", @"\\HYPER7", _host, 0, 3600, null);
        if (WithGuest)
        {
            Write(GuestFile, "\"(PDH-CSV 4.0) (Coordinated Universal Time)(0)\"", @"\\erp01", _guest, 1.7, GuestShiftSeconds, GuestSilent);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Host()
    {
        for (int lp = 0; lp < 12; lp++)
        {
            H($@"Hyper-V Hypervisor Logical Processor(Hv LP {lp})\% Total Run Time", 34);
            H($@"Hyper-V Hypervisor Root Virtual Processor(Root VP {lp})\% Total Run Time", 3);
        }

        foreach (var (vm, processors) in Vms)
        {
            for (int vp = 0; vp < processors; vp++)
            {
                string row = $@"Hyper-V Hypervisor Virtual Processor({vm}:Hv VP {vp})\";
                H(row + "% Total Run Time", 30);
                H(row + "CPU Wait Time Per Dispatch", 7000);
                H(row + "Logical Processor Dispatches/sec", 1800);
            }

            string disk = $@"Hyper-V Virtual Storage Device(E:-Hyper-V-{vm}-{vm}.vhdx)\";
            H(disk + "Read Operations/Sec", 120);
            H(disk + "Write Operations/Sec", 80);
            H(disk + "Read Bytes/sec", 120 * 16384);
            H(disk + "Write Bytes/sec", 80 * 16384);
            H(disk + "Latency", 0.0031);
            H(disk + "Lower Latency", 0.0028);
            H(disk + "Queue Length", 0.6);
            H(disk + "Maximum IO Rate", 0);
            H(disk + "Normalized Throughput", 400);
            string memory = $@"Hyper-V Dynamic Memory VM({vm})\";
            H(memory + "Physical Memory", 8192, fixedValue: true);
            H(memory + "Guest Visible Physical Memory", 8192, fixedValue: true);
            H(memory + "Current Pressure", 66);
            H(memory + "Removed Memory", 0, fixedValue: true);
            string nic = $@"Hyper-V Virtual Network Adapter({vm}_Network Adapter_{Id(vm)}--{Id("nic" + vm)})\";
            H(nic + "Bytes Received/sec", 900_000);
            H(nic + "Bytes Sent/sec", 700_000);
            H(nic + "Dropped Packets Incoming/sec", 0, fixedValue: true);
            H(nic + "Dropped Packets Outgoing/sec", 0, fixedValue: true);
        }

        H(@"Hyper-V Dynamic Memory Balancer(System Balancer)\Available Memory", 21_000);
        H(@"Hyper-V Virtual Machine Bus\Throttle Events", 4, fixedValue: true);
        H(@"Network Interface(Mellanox ConnectX-4)\Bytes Total/sec", 6_000_000);
        H(@"Network Interface(Mellanox ConnectX-4)\Current Bandwidth", 1e9, fixedValue: true);
        H(@"Hyper-V Virtual Switch(vSwitch-Prod)\Dropped Packets Incoming/sec", 0, fixedValue: true);
        H(@"Hyper-V Virtual Switch(vSwitch-Prod)\Dropped Packets Outgoing/sec", 0, fixedValue: true);
    }

    private void Guest()
    {
        for (int cpu = 0; cpu < 4; cpu++)
        {
            G($@"Processor Information(0,{cpu})\% Processor Time", 30);
        }

        G(@"System\Processor Queue Length", 0, fixedValue: true);
        G(@"System\Context Switches/sec", 5200);
        G(@"Memory\Available MBytes", 3100);
        G(@"Memory\Pages Input/sec", 3);
        G(@"Memory\% Committed Bytes In Use", 44);
        string disk = @"PhysicalDisk(0 C:)\";
        G(disk + "Disk Reads/sec", 120);
        G(disk + "Disk Writes/sec", 80);
        G(disk + "Disk Bytes/sec", 200 * 16384);
        G(disk + "Avg. Disk sec/Read", 0.0034);
        G(disk + "Avg. Disk sec/Write", 0.0033);
        G(disk + "Avg. Disk Queue Length", 0.7);
        G(disk + "Current Disk Queue Length", 1, fixedValue: true);
        G(disk + "% Idle Time", 62);
        foreach (var (name, cpu, memory) in new[] { ("sqlservr", 60.0, 2.1e9), ("w3wp", 40.0, 7e8), ("MsMpEng", 6.0, 2e8), ("svchost#3", 3.0, 9e7) })
        {
            G($@"Process({name})\% Processor Time", cpu);
            G($@"Process({name})\Working Set", memory);
            G($@"Process({name})\Private Bytes", memory * 1.1);
            G($@"Process({name})\IO Data Bytes/sec", cpu * 20_000);
            G($@"Process({name})\Handle Count", 900);
        }

        G(@"Network Interface(Microsoft Hyper-V Network Adapter)\Bytes Total/sec", 1_600_000);
        G(@"Network Interface(Microsoft Hyper-V Network Adapter)\Output Queue Length", 0, fixedValue: true);
        G(@"Network Interface(Microsoft Hyper-V Network Adapter)\Packets Outbound Discarded", 0, fixedValue: true);
        G(@"TCPv4\Segments Retransmitted/sec", 0.1);
        G(@"TCPv4\Segments Sent/sec", 900);
    }

    private void H(string path, double value, bool fixedValue = false) => _host.Add((path, t => fixedValue ? value : value * Load(t) * Jitter()));

    private void G(string path, double value, bool fixedValue = false) => _guest.Add((path, t => fixedValue ? value : value * Load(t) * Jitter()));

    // Both sides see the same work: it swells and ebbs from sample to sample.
    private double Load(double t)
    {
        uint slot = (uint)(t / IntervalSeconds);
        uint mixed = (slot + 11) * 2654435761u;
        mixed ^= mixed >> 15;
        return 0.85 + (0.3 * (mixed % 1000) / 1000);
    }

    private double Jitter()
    {
        _state = (_state * 1664525) + 1013904223;
        return 0.98 + (0.04 * (_state >> 8) / (1 << 24));
    }

    /// <summary>GUID of a VM as its adapter rows have it.</summary>
    public static Guid Id(string text) => new(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private void Write(
        string file, string mark, string computer, List<(string Path, Func<double, double?> Value)> all, double phase, double zoneSeconds, (double From, double To)? silent)
    {
        var columns = all.Where(c => !_dropped.Any(d => c.Path.Contains(d, StringComparison.OrdinalIgnoreCase))).ToList();
        var text = new StringBuilder(mark);
        foreach (var (path, _) in columns)
        {
            text.Append(Separator).Append('"').Append(computer).Append('\\').Append(path).Append('"');
        }

        text.Append("\r\n");
        bool first = true;
        for (double t = 0; t < Seconds; t += IntervalSeconds)
        {
            if (silent is { } s && t > s.From && t < s.To)
            {
                continue;
            }

            var at = Start.AddSeconds(t + phase + zoneSeconds);
            text.Append('"').Append(at.ToString("MM/dd/yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture)).Append('"');
            foreach (var (path, value) in columns)
            {
                double? v = Changed(path, t) ?? value(t);
                bool blank = first && (path.Contains('%', StringComparison.Ordinal) || path.Contains("/sec", StringComparison.OrdinalIgnoreCase));
                text.Append(Separator).Append('"').Append(blank || v is null || double.IsNaN(v.Value) ? " " : v.Value.ToString("R", CultureInfo.InvariantCulture)).Append('"');
            }

            text.Append("\r\n");
            first = false;
        }

        File.WriteAllText(file, text.ToString());
    }

    private double? Changed(string path, double t)
    {
        double? value = null;
        foreach (var (column, stretches) in _changes)
        {
            if (path.Contains(column, StringComparison.OrdinalIgnoreCase))
            {
                foreach (var (from, to, v) in stretches)
                {
                    if (t > from && t <= to)
                    {
                        bool cumulative = path.EndsWith("Events", StringComparison.Ordinal) || path.EndsWith("Removed Memory", StringComparison.Ordinal) || path.EndsWith("Discarded", StringComparison.Ordinal);
                        value = v == 0 ? 0 : cumulative ? v * (t - from) : v * Jitter();
                    }
                }
            }
        }

        return value;
    }
}
