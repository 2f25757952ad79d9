using System.Text;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PdhCsv;

namespace HvIntegration.Fuzz.Targets;

/// <summary>A recording of a Hyper-V host: header, map of its counters, rows.</summary>
internal sealed class PdhCsvTarget : IFuzzTarget
{
    private const int RowsMax = 1_000;

    public string Name => "pdh-csv";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "\"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)\"", "\"(PDH-TSV 4.0)", "\",\"", "\r\n", "\"", "\t", ";", "\"01/31/2026 22:13:20.123\"", "(", ")", "#1", "_Total", "-1", "1e308", "NaN",
            @"\\HV01\Hyper-V Hypervisor Virtual Processor(web:Hv VP 0)\% Guest Run Time", @"\Hyper-V Virtual Storage Device(C:-VMs-web.vhdx)\Read Operations/Sec",
            @"\Hyper-V Virtual Network Adapter(web_Network Adapter_11111111-0000-4000-8000-000000000001--A)\Bytes/sec", @"\Hyper-V Dynamic Memory VM(web)\Physical Memory",
            @"\LogicalDisk(C:)\Avg. Disk sec/Read", @"\Hyper-V Hypervisor Logical Processor(Hv LP 0)\% Total Run Time", @"\Hyper-V VM Vid Partition(web)\Remote Physical Pages", "Exiting, please wait...",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff, 0xfe], [0, 0], [0xef, 0xbb, 0xbf],
    ];

    public IEnumerable<byte[]> Seeds()
    {
        string header = string.Join(',', Words.Skip(15).Take(7).Select(w => $"\"{Encoding.UTF8.GetString(w)}\""));
        string text = $"{Encoding.UTF8.GetString(Words[0])},{header}\r\n\"01/31/2026 22:13:20.123\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"\r\n\"01/31/2026 22:13:21.123\",\"1\",\" \",\"-1\",\"4\",\"5\",\"6\",\"7\"\r\n";
        yield return Encoding.UTF8.GetBytes(text);
        yield return [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)];
    }

    public Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            using var reader = PdhCsvReader.Open(new MemoryStream(input.ToArray()), "input.csv", new PdhCsvReaderOptions { Fallback = TimeZoneInfo.Utc });
            var plan = CounterPlan.OfFiles([reader.Columns], new VmHints())[0];
            _ = plan.Faults.Count + plan.Unused;
            for (int row = 0; row < RowsMax && reader.TryRead(out var values); row++)
            {
                foreach (var target in plan.Targets)
                {
                    _ = target.Value(values.Values.Span);
                }
            }

            _ = reader.TakeNotices();
        }
        catch (CounterSourceException)
        {
            // Documented: file, place and remedy.
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
