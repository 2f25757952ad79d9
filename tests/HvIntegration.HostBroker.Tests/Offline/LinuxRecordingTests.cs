using HvIntegration.HostBroker.Tests.CounterSources;
using System.Globalization;
using System.Text;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>A recording that <c>hvi-agent record</c> made in a real guest of the lab (tests/fixtures/guest/recordings), alone and beside a host's.</summary>
/// <remarks>230 s of the one-processor guest "lonely"; from 20:17:36 to 20:18:46 UTC one process, burn-cpu, burned its processor.</remarks>
public sealed class LinuxRecordingTests : IDisposable
{
    private static readonly string Recording = HostFixtures.PathOf(Path.Join("..", "guest", "recordings", "lab-cpu-70s.hvr"));
    private static readonly DateTime Begins = new(2026, 11, 28, 20, 15, 30, DateTimeKind.Utc);
    private static readonly DateTime Burns = new(2026, 11, 28, 20, 17, 37, DateTimeKind.Utc);
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-linux-recording-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Diagnose_RealRecordingAlone_IsUnknownThatNamesTheGuestsDemandFirst()
    {
        var answer = await Diagnosed.RunAsync("diagnose", "--linux-guest", "lonely=" + Recording, "--format", "json");

        Assert.Equal(1, answer.Status);
        var episode = answer.Only("lonely", "unknown");
        Assert.Equal("guest-cpu-demand", episode.GetProperty("alternatives")[0].GetProperty("hypothesis").GetString());
        AssertSpan(episode);
        Assert.Contains("no host recording", answer.Errors, StringComparison.Ordinal);
        Assert.True(answer.Json.GetProperty("vms")[0].GetProperty("coverage").GetProperty("guest").GetDouble() > 0.97);
    }

    [Fact]
    public async Task Diagnose_RealRecordingBesideAHostThatGaveAll_IsItsOwnDemand()
    {
        var answer = await Diagnosed.RunAsync("diagnose", "--host", Host(lpBusy: 35, run: 98, waitNs: 5000), "--linux-guest", "lonely=" + Recording, "--format", "json");

        AssertSpan(answer.Only("lonely", "guest-cpu-demand"));
    }

    [Fact]
    public async Task Diagnose_RealRecordingBesideAFullHost_IsContention()
    {
        var answer = await Diagnosed.RunAsync("diagnose", "--host", Host(lpBusy: 99, run: 52, waitNs: 480_000), "--linux-guest", "lonely=" + Recording, "--format", "json");

        AssertSpan(answer.Only("lonely", "host-cpu-contention"));
    }

    // Both were recorded over a made /proc (66 s, two processors): user time of 5 %, and idle counters that never move.
    [Fact]
    public async Task Diagnose_GuestThatDoesNotCountIdleTime_IsNotDiagnosedAndSaysWhy()
    {
        var answer = await Diagnosed.RunAsync("diagnose", "--linux-guest", "frozen=" + HostFixtures.PathOf(Path.Join("..", "guest", "recordings", "made-idle-frozen.hvr")));

        Assert.Equal((2, ""), (answer.Status, answer.Output));
        Assert.Contains("1 VM could not be diagnosed: frozen.", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("frozen: the guest does not count its idle time: in ", answer.Errors, StringComparison.Ordinal);
    }

    // User time of 38 %, idle time of 2 %, steal of 60 %.
    [Fact]
    public async Task Diagnose_GuestThatReportsSteal_IsAffectedFromOutside()
    {
        var answer = await Diagnosed.RunAsync(
            "diagnose", "--linux-guest", "burst=" + HostFixtures.PathOf(Path.Join("..", "guest", "recordings", "made-steal.hvr")), "--format", "json");

        Assert.Equal(1, answer.Status);
        var episode = answer.Only("burst", "unknown");
        Assert.Equal(
            ["cpu-cap", "host-cpu-contention"], episode.GetProperty("alternatives").EnumerateArray().Take(2).Select(a => a.GetProperty("hypothesis").GetString()).Order(StringComparer.Ordinal));
        Assert.Contains(episode.GetProperty("evidence").EnumerateArray(), e => e.GetProperty("signal").GetString() == "cpu-guest-reported-steal");
    }

    private static void AssertSpan(System.Text.Json.JsonElement episode)
    {
        Assert.InRange((episode.GetProperty("start").GetDateTime() - Burns).TotalSeconds, -3, 3);
        Assert.InRange((episode.GetProperty("end").GetDateTime() - Burns).TotalSeconds, 65, 78);
    }

    // A host of two logical processors, a row a second, written by hand for the same four minutes.
    private string Host(double lpBusy, double run, double waitNs)
    {
        const string Vp = @"\\HV01\Hyper-V Hypervisor Virtual Processor(lonely:Hv VP 0)\";
        string[] columns =
        [
            @"\\HV01\Hyper-V Hypervisor Logical Processor(Hv LP 0)\% Total Run Time", @"\\HV01\Hyper-V Hypervisor Logical Processor(Hv LP 1)\% Total Run Time",
            Vp + "% Total Run Time", Vp + "CPU Wait Time Per Dispatch", Vp + "Logical Processor Dispatches/sec",
        ];
        var text = new StringBuilder("\"(PDH-CSV 4.0) (Coordinated Universal Time)(0)\",\"" + string.Join("\",\"", columns) + "\"\r\n");
        for (int second = 0; second < 245; second++)
        {
            var at = Begins.AddSeconds(second);
            bool burning = at > Burns && at <= Burns.AddSeconds(70);
            double lp = burning ? lpBusy : 12;
            text.AppendLine(CultureInfo.InvariantCulture, $"\"{at:MM/dd/yyyy HH:mm:ss.fff}\",\"{lp}\",\"{lp}\",\"{(burning ? run : 4 + (second % 3))}\",\"{(burning ? waitNs : 4000)}\",\"1000\"");
        }

        string file = Path.Combine(_folder, "hv01.csv");
        File.WriteAllText(file, text.ToString());
        return file;
    }
}
