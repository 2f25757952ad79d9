using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HvIntegration.HostileTests.Attacks;
using HvIntegration.HostileTests.History;
using HvIntegration.TestKit.Processes;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Beside;

/// <summary>One hostile VM beside two good ones at the real broker: the good ones are measured before, during and after.</summary>
internal sealed partial class Duel
{
    private const string Good = "good";
    private const string Neighbour = "neighbour";
    private const string Hostile = "hostile";
    private const double BatchesPerSecond = 4;
    // "Nothing wrong": the good guest has a processor to spare.
    private const string RightVerdict = "none";
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Baseline = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ResidentEvery = TimeSpan.FromMilliseconds(200);

    // An attack that does not see that its time is over is left behind.
    private static readonly TimeSpan AttackEndMax = TimeSpan.FromSeconds(5);

    // Counts that every agent has.
    private static readonly HashSet<string> InnocentCounts = ["connections", "batches", "bytes"];

    private readonly List<string> _faults = [];
    private readonly List<string> _numbers = [];

    /// <summary>What went wrong, a sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>What was measured, one line each.</summary>
    public IReadOnlyList<string> Numbers => _numbers;

    /// <summary>Fights.</summary>
    public async Task RunAsync(Attack attack, TimeSpan duration, int seed)
    {
        duration = TimeSpan.FromSeconds(Math.Max(duration.TotalSeconds, attack.SecondsMin));
        await using var broker = await BrokerWithVms.StartAsync(Programs.Hvi, [Good, Neighbour, Hostile], attack.Settings);
        await using var good = new SteadyAgent(broker.SocketOf(Good), Plan(1));
        await using var neighbour = new SteadyAgent(broker.SocketOf(Neighbour), Plan(2));
        SteadyAgent[] agents = [good, neighbour];
        foreach (var agent in agents)
        {
            agent.Start();
        }

        await Task.Delay(Settle);
        long baselineNs = WireClient.MonotonicNs;
        await Task.Delay(Baseline);
        if (!await JudgedAsync(broker, StartMax))
        {
            Fault($"no verdict on the good VM {StartMax.TotalSeconds:0} s after its agent began");
        }

        int linesBefore = broker.Process.LogLines().Count;

        // What was made just before the attack may wait for its Ack in it, so it counts with the attack.
        long attackNs = WireClient.MonotonicNs - (long)(Bounds.BaselineFloorMs * 1e6);
        long fromSecond = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var (attacker, residentMax) = await AttackAsync(attack, broker, duration, seed);
        long afterNs = WireClient.MonotonicNs;
        long toSecond = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        long began = TimeProvider.System.GetTimestamp();
        if (await broker.ReadyAsync(Bounds.HealMax) is { } notReady)
        {
            Fault($"not ready {Bounds.HealMax.TotalSeconds:0} s after the attack: {notReady.Trim()}");
        }

        double readySeconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        foreach (var agent in agents)
        {
            if (!await agent.AcknowledgedAsync(Bounds.HealMax))
            {
                Fault($"{agent.Unacknowledged} of {agent.Batches.Count} batches of a good agent are not acknowledged {Bounds.HealMax.TotalSeconds:0} s after the attack");
            }
        }

        JudgeWaits(Waits.Of(agents, baselineNs, attackNs), Waits.Of(agents, attackNs, afterNs));
        Number($"resident memory at most {residentMax >> 20} MiB; ready {readySeconds:0.0} s after the attack; streams of good agents ended {agents.Sum(a => a.StreamEnds.Count)} times");
        if (residentMax > Bounds.ResidentBytesMax)
        {
            Fault($"the broker used {residentMax >> 20} MiB, more than {Bounds.ResidentBytesMax >> 20}");
        }

        await JudgeApiAsync(broker, (fromSecond, toSecond), attack, attacker);
        JudgeLog(broker.Process.LogLines().Skip(linesBefore).ToList(), duration);
        foreach (var agent in agents)
        {
            if (!await agent.FinishAsync(Bounds.HealMax))
            {
                Fault($"{agent.Unacknowledged} of {agent.Batches.Count} batches of a good agent were never acknowledged");
            }
        }

        if (await broker.StopAsync() is not 0)
        {
            Fault("the broker did not end when it was told to");
        }

        foreach (var agent in agents)
        {
            _faults.AddRange(HistoryFiles.Faults(broker.HistoryFolder, agent));
        }

        // Names are kept per file: what one guest can add to it is what every later reader and roll-up of that hour carries.
        long names = HistoryFiles.SeriesNames(broker.HistoryFolder);
        Number($"{names} names of series in raw history");
        if (names > Bounds.SeriesNamesMax)
        {
            Fault($"raw history names {names} series, more than {Bounds.SeriesNamesMax}");
        }
    }

    private static SteadyPlan Plan(int number) => new($"guest-{number}", new Guid(number, 0, 0, new byte[8]), BatchesPerSecond);

    /// <summary>Waits until both sides of the good VM are judged.</summary>
    private static async Task<bool> JudgedAsync(BrokerWithVms broker, TimeSpan timeout)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < timeout)
        {
            var vm = (await broker.GetAsync("vms/" + Good)).GetProperty("vm");
            if (vm.GetProperty("hasGuest").GetBoolean() && vm.GetProperty("hasHost").GetBoolean() && vm.GetProperty("verdict").ValueKind == JsonValueKind.Object)
            {
                return true;
            }

            await Task.Delay(ResidentEvery);
        }

        return false;
    }

    private async Task<(Attacker Attacker, long ResidentMax)> AttackAsync(Attack attack, BrokerWithVms broker, TimeSpan duration, int seed)
    {
        using var stop = new CancellationTokenSource();
        var attacker = new Attacker(broker.SocketOf(Hostile), broker.ApiPort, seed, duration, stop.Token);
        long residentMax = 0;
        var attacking = attack.RunAsync(attacker);
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < duration)
        {
            residentMax = Math.Max(residentMax, broker.Process.ResidentBytes);
            await Task.Delay(ResidentEvery);
        }

        if (attack.DuringAsync is not null)
        {
            _faults.AddRange(await attack.DuringAsync(broker, attacker));
        }

        await stop.CancelAsync();
        try
        {
            await attacking.WaitAsync(AttackEndMax);
        }
        catch (TimeoutException)
        {
            Number("the attack did not end by itself");
        }

        Number($"{attack.Name}, seed {seed}: {string.Join(", ", attacker.Counts.Select(c => $"{c.Value} {c.Key}"))}");
        return (attacker, Math.Max(residentMax, broker.Process.ResidentBytes));
    }

    private void JudgeWaits(Waits before, Waits during)
    {
        Number(string.Create(
            CultureInfo.InvariantCulture,
            $"send to Ack of the good agents, p50 / p99 / max ms: {before.P50:0} / {before.P99:0} / {before.Max:0} before ({before.Batches} batches), {during.P50:0} / {during.P99:0} / {during.Max:0} during ({during.Batches}, {during.Missing} without Ack)"));
        double bound = Bounds.WaitFactor * Math.Max(before.P99, Bounds.BaselineFloorMs);
        if (before.Missing > 0)
        {
            Fault($"{before.Missing} batches of before the attack have no Ack");
        }

        if (during.P99 > bound)
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"the good agents waited {during.P99:0} ms (p99), more than {bound:0}: {before.P99:0} before the attack"));
        }
    }

    private async Task JudgeApiAsync(BrokerWithVms broker, (long From, long To) range, Attack attack, Attacker attacker)
    {
        try
        {
            await JudgeGoodAsync(broker, range);
            await JudgeNamedAsync(broker, attack);
            if (attack.AfterAsync is not null)
            {
                _faults.AddRange(await attack.AfterAsync(broker, attacker));
            }
        }
        catch (HttpRequestException e)
        {
            Fault($"the API: {e.Message}");
        }
    }

    private async Task JudgeGoodAsync(BrokerWithVms broker, (long From, long To) range)
    {
        // Seconds are closed some seconds late: the last one of the attack too is to be judged soon.
        long began = TimeProvider.System.GetTimestamp();
        var vm = await broker.GetAsync("vms/" + Good);
        while (vm.GetProperty("second").GetInt64() < range.To && TimeProvider.System.GetElapsedTime(began) < Bounds.HealMax)
        {
            await Task.Delay(ResidentEvery);
            vm = await broker.GetAsync("vms/" + Good);
        }

        var (entry, verdict) = (vm.GetProperty("vm"), vm.GetProperty("verdict"));
        Number($"second {vm.GetProperty("second").GetInt64() - range.To} after the attack, verdict on the good VM: {(verdict.ValueKind == JsonValueKind.Object ? verdict.GetProperty("sentence").GetString() : "none")}");
        if (!entry.GetProperty("hasGuest").GetBoolean() || !entry.GetProperty("hasHost").GetBoolean() || verdict.GetProperty("hypothesis").GetString() != RightVerdict)
        {
            Fault($"the verdict on the good VM is not {RightVerdict} with both sides: {entry.GetRawText()} {verdict.GetRawText()}".ReplaceLineEndings(" "));
        }

        // What the good agent says of its processor, second by second.
        var history = await broker.GetAsync(string.Create(CultureInfo.InvariantCulture, $"vms/{Good}/history?signal=cpu.guest.busy&from={range.From}&to={range.To}&points=20000"));
        var values = history.GetProperty("series").EnumerateArray().Take(1).SelectMany(s => s.GetProperty("points").EnumerateArray())
            .Select(p => p.GetProperty("value")).Where(v => v.ValueKind == JsonValueKind.Number).Select(v => v.GetDouble()).ToList();
        if (values.Count < range.To - range.From)
        {
            Fault($"history of the good VM has {values.Count} of {range.To - range.From} seconds of the attack");
        }

        if (values.Find(v => Math.Abs(v - SteadyPlan.BusyShare) > 0.001) is > 0 and var wrong)
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"history says that the good VM was {wrong} busy, it sent {SteadyPlan.BusyShare}"));
        }
    }

    private async Task JudgeNamedAsync(BrokerWithVms broker, Attack attack)
    {
        var status = await broker.GetAsync("status");
        var hostile = status.GetProperty("agents").EnumerateArray().Single(a => a.GetProperty("name").GetString() == Hostile);
        Number($"status of the hostile VM: {hostile.GetRawText().ReplaceLineEndings(" ")}; history {status.GetProperty("history").GetRawText().ReplaceLineEndings(" ")}");
        bool told = CountsOf(hostile).Any(c => c.Value != 0 && !InnocentCounts.Contains(c.Name)) || (hostile.TryGetProperty("spent", out var spent) && spent.GetArrayLength() > 0);
        if (!attack.OfNoVm && !attack.Harmless && !told)
        {
            Fault($"no count of the hostile VM in the status tells the attack: {hostile.GetRawText()}");
        }

        foreach (string name in (string[])[Good, Neighbour])
        {
            var entry = status.GetProperty("agents").EnumerateArray().Single(a => a.GetProperty("name").GetString() == name);
            if (entry.GetProperty("state").GetString() != "live")
            {
                Fault($"the agent of {name} is {entry.GetProperty("state").GetString()}, not live: {entry.GetRawText()}");
            }
        }
    }

    private static IEnumerable<(string Name, long Value)> CountsOf(JsonElement agent) =>
        agent.GetProperty("counts").EnumerateObject().Select(c => (c.Name, c.Value.GetInt64()));

    // Lines of one event differ in their numbers and names only behind the event's id.
    private static string Commonest(List<string> lines)
    {
        var most = lines.GroupBy(l => l.Split(']')[0]).MaxBy(g => g.Count())!;
        return string.Create(CultureInfo.InvariantCulture, $"{most.Count()} x {most.First()}");
    }

    private void JudgeLog(List<string> lines, TimeSpan duration)
    {
        double perSecond = lines.Count / duration.TotalSeconds;
        Number(string.Create(CultureInfo.InvariantCulture, $"log: {lines.Count} lines, {perSecond:0.0} a second"));
        if (perSecond > Bounds.LogLinesPerSecondMax)
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"the log has {perSecond:0} lines a second, more than {Bounds.LogLinesPerSecondMax}; the commonest: {Commonest(lines)}"));
        }

        if (lines.Find(l => StackTraceLine().IsMatch(l)) is { } trace)
        {
            Fault($"the log has a stack trace: {trace.Trim()}");
        }
    }

    private void Fault(string sentence) => _faults.Add(sentence);

    private void Number(string line) => _numbers.Add(line);

    [GeneratedRegex(@"^\s+at [\w.<>`+\[\],]+\(")]
    private static partial Regex StackTraceLine();
}
