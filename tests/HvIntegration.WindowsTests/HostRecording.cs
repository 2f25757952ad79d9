using System.Globalization;
using System.Text;

namespace HvIntegration.WindowsTests;

/// <summary>Writes PDH-CSV recordings of a made-up host: VMs that come, go and are reset, with the names that joins stumble over.</summary>
/// <remarks>Blank fields are as PDH leaves them: rates have no value in an instance's first row, nor in the row after a reset.</remarks>
internal sealed class HostRecording
{
    private const string Host = "HOST";
    private static readonly DateTime Begin = new(2026, 3, 14, 9, 26, 0, DateTimeKind.Unspecified);
    private readonly List<(string Path, Func<int, double?> Value)> _columns = [];

    /// <summary>A VM with two virtual processors, memory, a disk and an adapter whose row has its GUID.</summary>
    /// <param name="name">As the provider writes it.</param>
    /// <param name="number">Makes GUIDs and values.</param>
    /// <param name="from">First row it is there; its rates come one row later.</param>
    /// <param name="until">First row it is there no more.</param>
    /// <param name="reset">Row at which its counters fell; -1 for never.</param>
    /// <param name="moves">Row at which the host moves it away; -1 for never.</param>
    /// <param name="contention">The build tells contention apart from waking up, as Server 2025 does.</param>
    public HostRecording Vm(string name, int number, int from = 0, int until = int.MaxValue, int reset = -1, int moves = -1, bool contention = false)
    {
        double? Rate(int row, double value) => row > from && row < until && row != reset ? value : null;
        double? Raw(int row, double value) => row >= from && row < until ? value : null;
        for (int vp = 0; vp < 2; vp++)
        {
            int phase = number + vp;
            string instance = string.Create(CultureInfo.InvariantCulture, $"{name}:Hv VP {vp}");
            Add("Hyper-V Hypervisor Virtual Processor", instance, "% Total Run Time", r => Rate(r, 20.5 + phase + r));
            Add("Hyper-V Hypervisor Virtual Processor", instance, "% Guest Run Time", r => Rate(r, 18.25 + phase + r));
            Add("Hyper-V Hypervisor Virtual Processor", instance, "% Hypervisor Run Time", r => Rate(r, 2.25));
            Add("Hyper-V Hypervisor Virtual Processor", instance, "CPU Wait Time Per Dispatch", r => Rate(r, 45_000.5 + (1_000 * phase) + r));
            Add("Hyper-V Hypervisor Virtual Processor", instance, "Logical Processor Dispatches/sec", r => Rate(r, 1_200.75 + phase));
            if (contention)
            {
                Add("Hyper-V Hypervisor Virtual Processor", instance, "CPU Contention Time Per Dispatch", r => Rate(r, 30_000.25 + phase + r));
            }
        }

        Add("Hyper-V Dynamic Memory VM", name, "Physical Memory", r => Raw(r, 2_048 + (64 * number)));
        Add("Hyper-V Dynamic Memory VM", name, "Current Pressure", r => Raw(r, 80 + number + r));
        Add("Hyper-V VM Live Migration", $"{name}:VM Live Migration", "Transfer Pass: Number", r => r == moves ? 1 : Raw(r, 0));
        Add("Hyper-V VM Save, Snapshot, and Restore", $"{name}:Current or most recent Save-Restore-Snapshot operation", "Requests Active", r => Raw(r, 0));
        Add("Hyper-V VM Remoting", $"{name}:Remoting", "Connected Clients", r => Raw(r, r % 2));
        string disk = $"--?-C:-VMs-{name.Replace(':', '_')}.vhdx";
        Add("Hyper-V Virtual Storage Device", disk, "Read Operations/Sec", r => Rate(r, 100.5 + number));
        Add("Hyper-V Virtual Storage Device", disk, "Latency", r => Rate(r, 0.004_25));
        Add("Hyper-V Virtual Storage Device", disk, "Queue Length", r => Rate(r, 1.5));
        Add("Hyper-V Virtual Storage Device", disk, "Error Count", r => Raw(r, 3 + r));
        string adapter = string.Create(CultureInfo.InvariantCulture, $"{name}_Ältere Netzwerkkarte_{Id(number).ToString().ToUpperInvariant()}--{Id(number + 500).ToString().ToUpperInvariant()}");
        Add("Hyper-V Virtual Network Adapter", adapter, "Bytes Received/sec", r => Rate(r, 1_234_567.5 + number));
        return this;
    }

    /// <summary>Counters of the host itself.</summary>
    public HostRecording HostRows()
    {
        for (int lp = 0; lp < 4; lp++)
        {
            Add("Hyper-V Hypervisor Logical Processor", $"Hv LP {lp}", "% Total Run Time", r => r > 0 ? 40.5 + r : null);
        }

        Add("Hyper-V Hypervisor Logical Processor", "_Total", "% Total Run Time", r => r > 0 ? 41 : null);
        Add("Hyper-V Hypervisor", null, "Logical Processors", _ => 4);
        Add("Hyper-V Dynamic Memory Balancer", "System Balancer", "Available Memory", r => 9_000 - (10 * r));
        Add("Hyper-V Virtual Machine Bus", null, "Interrupts Received/sec", r => r > 0 ? 5_000.25 : null);
        Add("Hyper-V Virtual Machine Bus", null, "Throttle Events", r => 7 + r);
        Add("NUMA Node Memory", "0", "Available MBytes", r => 4_500 - r);
        Add("NUMA Node Memory", "_Total", "Total MBytes", _ => 65_536);
        const string wire = "Mellanox ConnectX-4 _2";
        Add("Network Interface", wire, "Bytes Received/sec", r => r > 0 ? 90_000_000.5 : null);
        Add("Network Interface", wire, "Bytes Sent/sec", r => r > 0 ? 110_000_000.5 + r : null);
        Add("Network Interface", wire, "Current Bandwidth", _ => 1e9);
        Add("Network Interface", wire, "Packets Outbound Discarded", r => 12 + r);
        Add("Network Interface", wire, "Output Queue Length", _ => 2);
        Add("Network Interface", "isatap.example", "Bytes Sent/sec", r => r > 0 ? 1 : null);
        Add("Cluster CSV File System", "Volume1", "Reads/sec", r => r > 0 ? 300.5 : null);
        Add("Cluster CSV File System", "Volume1", "Read Latency", r => r > 0 ? 0.012_5 : null);
        Parts();
        return this;
    }

    // Parts of the stack whose instance names nobody has published: made up, and no VM may be read out of them.
    private void Parts()
    {
        for (int node = 0; node < 2; node++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"Node {node}");
            int pages = 8_000_000 + node;
            Add("Hyper-V VM Vid Numa Node", name, "PageCount", _ => pages);
            Add("Hyper-V VM Vid Numa Node", name, "ProcessorCount", _ => 2);
            double drops = 0.5 + node;
            Add("Hyper-V Virtual Switch Port", $"alpha port {node}", "Dropped Packets Incoming/sec", r => r > 0 ? drops : null);
            Add("Hyper-V Virtual Switch Processor", $"LAN_{node}", "Packets from External/sec", r => r > 0 ? 1_000 * drops : null);
            Add("Hyper-V Virtual Switch Processor", $"LAN_{node}", "Number of VMQs", _ => 3);
            // The second pipe is there from row 3 on.
            int from = 3 * node;
            Add("Hyper-V Virtual Machine Bus Pipes", $"pipe {node}", "Bytes Read/sec", r => r > from ? 4_096 : null);
        }

        Add("Hyper-V Virtual Switch Port", "_Total", "Dropped Packets Incoming/sec", r => r > 0 ? 99 : null);
        Add("Hyper-V Hypervisor Root Partition", "Root", "Deposited Pages", _ => 5_000);
        Add("Hyper-V Hypervisor Root Partition", "_Total", "Deposited Pages", _ => 9_000);
    }

    /// <summary>Virtual processors, a switch port and a console each, for VMs in large numbers.</summary>
    public HostRecording Processors(int vms, int each)
    {
        string[] counters = ["% Total Run Time", "% Guest Run Time", "% Hypervisor Run Time", "CPU Wait Time Per Dispatch", "Logical Processor Dispatches/sec", "Total Intercepts/sec"];
        for (int vm = 0; vm < vms; vm++)
        {
            Add("Hyper-V Virtual Switch Port", string.Create(CultureInfo.InvariantCulture, $"port {vm}"), "Dropped Packets Incoming/sec", r => r > 0 ? 0 : null);
            Add("Hyper-V VM Remoting", string.Create(CultureInfo.InvariantCulture, $"vm-{vm:0000}:Remoting"), "Connected Clients", _ => 0);
            for (int vp = 0; vp < each; vp++)
            {
                string instance = string.Create(CultureInfo.InvariantCulture, $"vm-{vm:0000}:Hv VP {vp}");
                foreach (string counter in counters)
                {
                    Add("Hyper-V Hypervisor Virtual Processor", instance, counter, r => r > 0 ? 10 + r : null);
                }
            }
        }

        return this;
    }

    /// <summary>Writes it, one row a second.</summary>
    /// <param name="file">Where.</param>
    /// <param name="rows">How many.</param>
    public string Write(string file, int rows)
    {
        var text = new StringBuilder("\"(PDH-CSV 4.0) (UTC)(0)\"");
        foreach (var (path, _) in _columns)
        {
            text.Append(",\"").Append(path).Append('"');
        }

        text.Append("\r\n");
        for (int row = 0; row < rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"{Begin.AddSeconds(row):MM/dd/yyyy HH:mm:ss.fff}\"");
            foreach (var (_, value) in _columns)
            {
                text.Append(CultureInfo.InvariantCulture, $",\"{(value(row) is { } v ? v.ToString("R", CultureInfo.InvariantCulture) : " ")}\"");
            }

            text.Append("\r\n");
        }

        // With a mark, so that no code page is guessed.
        File.WriteAllText(file, text.ToString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        return file;
    }

    private static Guid Id(int number) => new(number, 0x4b6f, 0x11ee, 0xbe, 0x56, 0x02, 0x42, 0xac, 0x12, 0x00, 0x02);

    private void Add(string set, string? instance, string counter, Func<int, double?> value) =>
        _columns.Add(($@"\\{Host}\{set}{(instance is null ? "" : $"({instance})")}\{counter}", value));
}
