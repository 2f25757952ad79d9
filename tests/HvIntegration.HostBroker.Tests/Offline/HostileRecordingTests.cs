using HvIntegration.HostBroker.Tests.Commands;
using System.Globalization;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>Recordings made to keep <c>hvi diagnose --host</c> busy, read by the real program: a sentence soon, within a bound of memory.</summary>
public sealed class HostileRecordingTests : IDisposable
{
    // On two processors that others use too; without the bounds none of these ends within it.
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-hostile-csv-").FullName;

    private string File => Path.Combine(_folder, "host.csv");

    [Fact]
    public async Task Diagnose_ThirtyTwoThousandVms_IsRefusedWithTheBound()
    {
        WriteVms(32_000, 3);

        await RefusedAsync("rows of 32000 VMs, and at most 2048 are diagnosed", "relog");
    }

    [Fact]
    public async Task Diagnose_AsManyVmsAsAreJudged_Ends()
    {
        WriteVms(2_000, 8);

        var run = await HviProcess.RunAsync(null, Max, "diagnose", "--host", File);

        Assert.True(run.Status is 0 or 1, $"{run.Took}: {run.Text}");
    }

    [Fact]
    public async Task Diagnose_TenGigabytesOfZeros_IsNoTextFile()
    {
        using (var stream = System.IO.File.Create(File))
        {
            stream.SetLength(10L << 30);
        }

        await RefusedAsync("not a text file: it contains zero bytes");
    }

    [Fact]
    public async Task Diagnose_HoleOfTenGigabytesBehindTheHeader_IsRefused()
    {
        WriteVms(2, 3);
        using (var stream = new FileStream(File, FileMode.Append))
        {
            stream.SetLength(10L << 30);
        }

        await RefusedAsync("line 5", "a line does not end within 256 million characters");
    }

    [Fact]
    public async Task Diagnose_HeaderWithoutEnd_IsRefused()
    {
        using (var writer = new StreamWriter(File))
        {
            writer.Write("\"(PDH-CSV 4.0) (UTC)(0)\"");
            for (int i = 0; i < 3_000_000; i++)
            {
                writer.Write(@",""\\H\A(x)\B""");
            }
        }

        await RefusedAsync("the header is longer than");
    }

    [Fact]
    public async Task Diagnose_MillionColumns_IsRefused()
    {
        using (var writer = new StreamWriter(File))
        {
            writer.Write("\"(PDH-CSV 4.0) (UTC)(0)\"" + string.Concat(Enumerable.Repeat(",\"a\"", 1_000_000)) + "\n");
        }

        await RefusedAsync("line 1");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task RefusedAsync(params string[] words)
    {
        var run = await HviProcess.RunAsync(null, Max, "diagnose", "--host", File);

        Assert.True(run.Status == 2, $"{run.Took}: {run.Text}");
        Assert.All(words, w => Assert.Contains(w, run.Text, StringComparison.Ordinal));
        Assert.Single(run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.Trim().Length > 0);
        Assert.InRange(run.PeakMiB, 20, 600);
    }

    private void WriteVms(int vms, int rows)
    {
        using var writer = new StreamWriter(File) { NewLine = "\r\n" };
        writer.Write("\"(PDH-CSV 4.0) (UTC)(0)\"");
        for (int vm = 0; vm < vms; vm++)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $@",""\\HV01\Hyper-V Hypervisor Virtual Processor(vm{vm:00000}:Hv VP 0)\% Guest Run Time"""));
        }

        writer.WriteLine();
        for (int row = 0; row < rows; row++)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"\"01/02/2026 10:00:{row:00}.000\""));
            for (int vm = 0; vm < vms; vm++)
            {
                writer.Write(",\"7\"");
            }

            writer.WriteLine();
        }
    }
}
