using System.Net;
using System.Text.RegularExpressions;
using Google.Protobuf;
using HvIntegration.HostileTests.Beside;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using HvIntegration.TestKit.Processes;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Texts of a guest that mean something to whatever shows them.</summary>
internal static partial class TextsOnScreens
{
    private const int ProcessesMax = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CommandMax = TimeSpan.FromSeconds(30);

    /// <summary>Sends each text wherever a text fits.</summary>
    public static async Task RunAsync(Attacker attacker)
    {
        await using var stream = WireClient.Dial(attacker.Socket, attacker.Stop);
        try
        {
            var random = attacker.Random(0);
            var hello = new SteadyPlan(HostileTexts.Script, new Guid(5, 13, 0, new byte[8]), 1).Hello();
            (hello.OsDescription, hello.KernelVersion, hello.AgentVersion) = (HostileTexts.All[0], HostileTexts.All[1], HostileTexts.All[3]);
            await stream.EnterAsync(hello, attacker.Stop);
            var draining = stream.DrainAsync(attacker.Stop);
            for (ulong n = 1; !attacker.Stop.IsCancellationRequested && !draining.IsCompleted; n++)
            {
                await stream.SendAsync(new AgentMessage { Samples = Batch(n, random) });
                attacker.Count("batches");
                await Task.Delay(Interval, attacker.Stop);
            }
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or OperationCanceledException or RefusedByBrokerException or IOException or InvalidOperationException)
        {
            attacker.Count(e.GetType().Name);
        }
    }

    /// <summary>Looks at what people and programs are shown.</summary>
    /// <returns>A sentence for each text that is more than text.</returns>
    public static async Task<IReadOnlyList<string>> JudgeAsync(BrokerWithVms broker, Attacker attacker)
    {
        var faults = new List<string>();
        string metrics = (await broker.AskAsync("metrics")).Text;
        faults.AddRange(metrics.Split('\n').Where(l => l.StartsWith("hvi_injected", StringComparison.Ordinal) || (l.Length > 0 && !MetricLine().IsMatch(l))).Take(3).Select(l => $"/metrics: {l}"));
        foreach (string page in (string[])["", "vm/hostile", "host"])
        {
            var (status, text) = await broker.AskAsync(page);
            if (status == HttpStatusCode.OK && (text.Contains(HostileTexts.Script, StringComparison.Ordinal) || text.Contains("<img src=x", StringComparison.Ordinal)))
            {
                faults.Add($"page /{page} holds a text of the guest as HTML");
            }
        }

        string report = Path.Join(broker.Folder, "hostile.html");
        foreach (string[] command in (string[][])[["show", "hostile"], ["processes", "hostile"], ["processes", "hostile", "--format", "csv"], ["vms"], ["check"], ["report", "--vm", "hostile", "-o", report]])
        {
            await using var hvi = ChildProcess.Start(Programs.Hvi, [.. command, "--broker", broker.Url], Path.Join(broker.Folder, string.Concat(command.Take(2)) + command.Length + ".out"));
            int? ended = await hvi.WaitAsync(CommandMax);
            string said = string.Join('\n', hvi.LogLines());
            if (HostileTexts.Unsafe(said) is { } found)
            {
                faults.Add($"hvi {string.Join(' ', command)} shows {found}");
            }

            if (ended is null)
            {
                faults.Add($"hvi {string.Join(' ', command)} did not end");
            }
        }

        string html = File.Exists(report) ? await File.ReadAllTextAsync(report) : "";
        if (html.Length == 0 || html.Contains(HostileTexts.Script, StringComparison.Ordinal) || HostileTexts.Unsafe(html) is not null)
        {
            faults.Add($"the report of {html.Length} characters holds a text of the guest as HTML or {HostileTexts.Unsafe(html)}");
        }

        if (HostileTexts.Unsafe(string.Join('\n', broker.Process.LogLines())) is { } inLog)
        {
            faults.Add($"the log shows {inLog}");
        }

        return faults;
    }

    private static SampleBatch Batch(ulong n, Random random)
    {
        var batch = SampleFloods.Small(n);
        batch.Readings[0].Status = n % 5 == 0 ? CollectorStatus.Failed : CollectorStatus.Ok;
        batch.Readings[0].Reason = n % 5 == 0 ? HostileTexts.Any(random) : "";
        for (int i = 0; i < 8; i++)
        {
            batch.Series.Add(new SeriesDefinition { Slot = (uint)(2 + i), MetricId = GuestMetrics.FilesystemInodes.Id, Attributes = { HostileTexts.Any(random), HostileTexts.Any(random) } });
        }

        batch.Processes.AddRange(Enumerable.Range(0, ProcessesMax).Select(slot => new ProcessDefinition
        {
            Slot = (uint)slot, Pid = (uint)slot + 1, StartTimeMs = n, Name = HostileTexts.All[(slot + (int)n) % HostileTexts.All.Count],
        }));
        batch.ProcessRows = new ProcessRows { ProcessesTotal = ProcessesMax, Present = ByteString.CopyFrom(0xff, 0xff), CpuUserUs = { Enumerable.Repeat(10_000L, ProcessesMax) } };
        return batch;
    }

    [GeneratedRegex(@"^(#.*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*=""(\\.|[^""\\])*"",?)*\})? \S+( \S+)?)$")]
    private static partial Regex MetricLine();
}
