using System.Globalization;
using System.Text;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>A short made-up recording, column by column, in a folder of its own.</summary>
internal sealed class SmallRecording : IDisposable
{
    private static readonly DateTime Start = new(2026, 3, 17, 21, 30, 0, DateTimeKind.Unspecified);
    private readonly List<(string Path, Func<int, string> Value)> _columns = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-small-").FullName;

    public string Head { get; set; } = "(PDH-CSV 4.0) (W. Europe Standard Time)(-60)";

    public int Rows { get; set; } = 120;

    public double IntervalSeconds { get; set; } = 1;

    /// <summary>Row from which <see cref="Text"/> begins: a part of a longer recording.</summary>
    public int FirstRow { get; set; }

    public string LineEnd { get; set; } = "\r\n";

    public string TimeForm { get; set; } = "MM/dd/yyyy HH:mm:ss.fff";

    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Added to each line as it is.</summary>
    public string Tail { get; set; } = "";

    /// <summary>What the header has behind its last path.</summary>
    public string HeadTail { get; set; } = "";

    public string Folder => _folder;

    /// <summary>A busy guest: both processors at 99 %, a queue of 12, disks idle.</summary>
    public static SmallRecording BusyGuest(string computer = "SRV01") => new SmallRecording()
        .Add($@"\\{computer}\Processor(0)\% Processor Time", 99.1).Add($@"\\{computer}\Processor(1)\% Processor Time", 98.7)
        .Add($@"\\{computer}\System\Processor Queue Length", 12).Add($@"\\{computer}\Memory\Available MBytes", 6000)
        .Add($@"\\{computer}\PhysicalDisk(0 C:)\Disk Transfers/sec", 20).Add($@"\\{computer}\PhysicalDisk(0 C:)\Avg. Disk sec/Transfer", 0.001);

    /// <summary>Columns of a host: eight logical processors, and one VM of four virtual processors that waits for them or not.</summary>
    public SmallRecording AddHost(string computer, string vm, double lpPercent, double waitNs)
    {
        for (int lp = 0; lp < 8; lp++)
        {
            Add($@"\\{computer}\Hyper-V Hypervisor Logical Processor(Hv LP {lp})\% Total Run Time", lpPercent + (lp / 10.0));
        }

        for (int vp = 0; vp < 4; vp++)
        {
            Add($@"\\{computer}\Hyper-V Hypervisor Virtual Processor({vm}:Hv VP {vp})\% Total Run Time", lpPercent > 90 ? 38 : 22);
            Add($@"\\{computer}\Hyper-V Hypervisor Virtual Processor({vm}:Hv VP {vp})\CPU Wait Time Per Dispatch", waitNs);
            Add($@"\\{computer}\Hyper-V Hypervisor Virtual Processor({vm}:Hv VP {vp})\Logical Processor Dispatches/sec", 1000);
        }

        return this;
    }

    public SmallRecording Add(string path, double value) => Add(path, row => (value * (1 + (row % 7 / 1000.0))).ToString("0.0000", CultureInfo.InvariantCulture));

    public SmallRecording Add(string path, Func<int, string> value)
    {
        _columns.Add((path, value));
        return this;
    }

    /// <summary>Each column's path by another.</summary>
    public SmallRecording Renamed(Func<string, string> name)
    {
        for (int i = 0; i < _columns.Count; i++)
        {
            _columns[i] = (name(_columns[i].Path), _columns[i].Value);
        }

        return this;
    }

    public string Text()
    {
        var text = new StringBuilder($"\"{Head}\",{string.Join(',', _columns.Select(c => $"\"{c.Path}\""))}{HeadTail}{LineEnd}");
        for (int row = FirstRow; row < FirstRow + Rows; row++)
        {
            string time = Start.AddSeconds(row * IntervalSeconds).ToString(TimeForm, CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"\"{time}\",{string.Join(',', _columns.Select(c => $"\"{c.Value(row)}\""))}{Tail}{LineEnd}");
        }

        return text.ToString();
    }

    /// <summary>Writes it.</summary>
    public string File(string name = "recording.csv")
    {
        string file = Path.Combine(_folder, name);
        System.IO.File.WriteAllBytes(file, [.. Encoding.GetPreamble(), .. Encoding.GetBytes(Text())]);
        return file;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
