using System.Text;
using HvIntegration.GuestAgent.Linux.Connections;
using HvIntegration.GuestAgent.Linux.Cpu;
using HvIntegration.GuestAgent.Linux.Disk;
using HvIntegration.GuestAgent.Linux.Filesystem;
using HvIntegration.GuestAgent.Linux.Identity;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Network;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.GuestAgent.Linux.Pressure;
using HvIntegration.GuestAgent.Linux.Processes;
using HvIntegration.GuestAgent.Linux.Tcp;

namespace HvIntegration.Fuzz.Targets;

/// <summary>The agent's readers of /proc and /sys: the first byte says which, the rest is the file. None of them may throw.</summary>
internal sealed class ProcTarget : IFuzzTarget
{
    private const int Readers = 14;

    public string Name => "proc";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "cpu  1 2 3 4 5 6 7 8 9 10\n", "cpu0 ", "intr ", "ctxt 5\n", "btime 1\n", "MemTotal:  1 kB\n", "Tcp: InSegs MaxConn\nTcp: 1 -1\n", "some avg10=0.00 total=5\n", "full ",
            "1 (x) R 2 3 4 0 -1 0 0 0 0 0 1 2 3 4 20 0 5 0 6 7 8", "(", ")", "18446744073709551615", "-1", "\\040", "eth0: 1 2 3", " 8 0 sda 1 2 3", "0A 01", "\n", " ", "\t", "\0", ":",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Seeds()
    {
        string fixtures = Path.Combine(Environment.GetEnvironmentVariable("HVI_REPO") ?? ".", "tests", "fixtures", "guest", "linux");
        byte[][] texts = Directory.Exists(fixtures)
            ? [.. Directory.EnumerateFiles(fixtures, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where(f => new FileInfo(f).Length < 8192).Select(File.ReadAllBytes)]
            : [.. Words];
        return Enumerable.Range(0, Readers).SelectMany(reader => texts.Select(text => (byte[])[(byte)reader, .. text]));
    }

    public Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        if (!input.IsEmpty)
        {
            Read(input.Span[0] % Readers, input.Span[1..]);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Read(int reader, ReadOnlySpan<byte> text)
    {
        switch (reader)
        {
            case 0:
                new ProcStat().Parse(text);
                break;
            case 1:
                new KeyedNumbers("MemTotal", "pgfault", "pgscan_kswapd").Parse(text);
                break;
            case 2:
                new SnmpTable("Tcp:", "InSegs", "MaxConn").Parse(text);
                break;
            case 3:
                _ = LoadAverage.TryParse(text, out _);
                break;
            case 4:
                _ = PressureFile.Parse(text);
                break;
            case 5:
                _ = SoftnetStat.TryParse(text, out _);
                break;
            case 6:
                TcpStates.Count(text, new long[TcpStates.Names.Length]);
                break;
            case 7:
                _ = TcpStates.Totals(text);
                break;
            case 8:
                _ = MountTable.Parse(text);
                break;
            case 9:
                _ = KvpPool.Parse(text, 8, 64);
                break;
            case 10:
                _ = ProcessIo.TryParse(text, out _);
                break;
            case 11:
                var process = default(ProcessStat);
                _ = ProcessStat.TryParse(text, ref process);
                break;
            case 12:
                var entries = new DirectoryScan(text);
                while (entries.TryNext(out _))
                {
                }

                break;
            default:
                var lines = new ByteCursor(text);
                while (lines.TryReadLine(out var line))
                {
                    _ = DiskStatsLine.TryParse(line, out _, out _);
                    _ = NetDevLine.TryParse(line, out _, out _);
                    _ = CommandHasher.Hash(line);
                }

                break;
        }
    }
}
