using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Events;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>What an agent noticed reaches those who ask about its VM.</summary>
public sealed class AgentEventTests
{
    [Fact]
    public async Task Events_OfAnAgent_AreInTheAnswerAndOnTheScreenNewestFirstAtTheirHostSecond()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        long before = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        var first = ScriptedAgent.Sample(1, first: true);
        first.Events.Add(Event(AgentEventKind.ServiceStarted, "hvi-agent 0.2.0 started"));
        await agent.SendAsync(first);
        var second = ScriptedAgent.Sample(2, first: false);
        second.Events.Add(Event(AgentEventKind.ClockStep, "wall clock stepped by 3 s"));
        await agent.SendAsync(second);
        await agent.AcknowledgedAsync(2);

        var answer = await broker.VmAsync(TestBroker.Web);
        Assert.Equal(["clock-step", "service-started"], answer.Events.Select(e => e.Kind));
        Assert.Equal("wall clock stepped by 3 s", answer.Events[0].Text);
        Assert.All(answer.Events, e => Assert.InRange(e.Second, before - 1, before + 30));
        string shown = await ConsoleRun.OutputAsync("show", TestBroker.Web.Name, "--broker", broker.Url);
        Assert.Contains("guest clock step: wall clock stepped by 3 s", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_OfABatchThatIsSentAgain_AreThereOnce()
    {
        await using var broker = await TestBroker.StartAsync();
        var boot = Guid.NewGuid();
        for (ulong last = 1; last <= 2; last++)
        {
            await using var agent = await broker.DialAsync(TestBroker.Web, boot);
            await agent.EnterAsync();
            var batch = ScriptedAgent.Sample(1, first: true);
            batch.Events.Add(Event(AgentEventKind.ServiceStarted, "started"));
            await agent.SendAsync(batch);
            if (last == 2)
            {
                await agent.SendAsync(ScriptedAgent.Sample(2, first: false));
            }

            await agent.AcknowledgedAsync(last);
        }

        Assert.Single((await broker.VmAsync(TestBroker.Web)).Events);
    }

    [Fact]
    public async Task Events_OfAHostileAgent_AreBoundedCleanAndOfTimesThatCanBe()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        for (ulong sequence = 1; sequence <= 3; sequence++)
        {
            var batch = ScriptedAgent.Sample(sequence, first: sequence == 1);
            for (int i = 0; i < 20; i++)
            {
                batch.Events.Add(Event((AgentEventKind)99, "\u001b[31m\u202e" + new string('x', 500)));
            }

            batch.Events.Add(new AgentEvent { MonotonicNs = ulong.MaxValue, Kind = AgentEventKind.ClockStep, Text = "never" });
            await agent.SendAsync(batch);
        }

        await agent.AcknowledgedAsync(3);

        var events = (await broker.VmAsync(TestBroker.Web)).Events;
        Assert.Equal(AgentEventLog.EventsMax, events.Count);
        Assert.All(events, e => Assert.Equal("unspecified", e.Kind));
        Assert.All(events, e => Assert.True(e.Text.Length <= 200 && !e.Text.Any(char.IsControl) && !e.Text.Contains('\u202e'), e.Text));
        Assert.True(broker.Ledger(TestBroker.Web)[LedgerEntry.OutOfTime] >= 3);
    }

    private static AgentEvent Event(AgentEventKind kind, string text) => new() { MonotonicNs = (ulong)ScriptedAgent.MonotonicNs, Kind = kind, Text = text };
}
