using Google.Protobuf;
using Grpc.Core;
using HvIntegration.Protocol.V1;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Streams that the broker must end: refused ones, broken ones, and generated ones of which nobody knows.</summary>
internal static class StreamFloods
{
    private const int Clients = 3;
    private const int StreamsOfAConnection = 32;

    /// <summary>Agents of a version that never was, as fast as they are refused.</summary>
    public static Task RefusalsAsync(Attacker attacker) => ClientsAsync(attacker, async (client, _) =>
    {
        var hello = new SteadyPlan("hostile", new Guid(1, 13, 0, new byte[8]), 1).Hello();
        hello.ProtocolMajor = 99;
        await client.SendAsync(new AgentMessage { Hello = hello });
        await client.NextAsync(attacker.Stop);
        attacker.Count("refused streams");
    });

    /// <summary>A new boot with each stream, one batch long.</summary>
    public static Task NewBootsAsync(Attacker attacker) => ClientsAsync(attacker, async (client, random) =>
    {
        var boot = new byte[16];
        random.NextBytes(boot);
        await client.EnterAsync(new SteadyPlan("hostile", new Guid(boot), 1).Hello(), attacker.Stop);
        await client.SendAsync(new AgentMessage { Samples = SampleFloods.Small(1) });
        attacker.Count("boots");
    });

    /// <summary>A good stream's messages with bits turned, parts cut out and parts of others put in.</summary>
    public static Task MutatedAsync(Attacker attacker) => ClientsAsync(attacker, async (client, random) =>
    {
        var plan = new SteadyPlan("hostile", new Guid(2, 13, 0, new byte[8]), 10);
        var messages = new List<byte[]> { new AgentMessage { Hello = plan.Hello() }.ToByteArray() };
        var batches = Enumerable.Range(0, 8).Select(i => new SteadyBatch(SteadyPlan.FirstSequence + (ulong)i, WireClient.MonotonicNs)).ToList();
        messages.AddRange(batches.Select((batch, i) => new AgentMessage { Samples = plan.Batch(batch, i == 0 ? null : batches[i - 1]) }.ToByteArray()));

        // Half of the streams are let in first.
        int first = random.Next(2);
        if (first == 1)
        {
            await client.EnterAsync(plan.Hello(), attacker.Stop);
        }

        var draining = client.DrainAsync(attacker.Stop);
        foreach (byte[] message in messages.Skip(first))
        {
            await client.SendAsync(random.Next(3) == 0 ? message : Mutate(message, messages, random));
            attacker.Count("messages");
        }

        attacker.Count(await draining.WaitAsync(TimeSpan.FromMilliseconds(300), attacker.Stop));
    });

    /// <summary>Whole streams made by structure: every field any of its extremes, messages in any order.</summary>
    public static Task GeneratedAsync(Attacker attacker) => ClientsAsync(attacker, async (client, random) =>
    {
        var made = new StreamGenerator(random);
        var draining = Task.CompletedTask;
        bool entered = random.Next(8) != 0;
        if (entered)
        {
            await client.EnterAsync(made.Hello(), attacker.Stop);
            attacker.Count("streams let in");
            draining = client.DrainAsync(attacker.Stop);
        }

        for (int i = random.Next(2, 60); i > 0 && !(entered && draining.IsCompleted); i--)
        {
            await client.SendAsync(made.Next());
            attacker.Count("messages");
        }
    });

    private static Task ClientsAsync(Attacker attacker, Func<WireClient, Random, Task> stream) => Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
    {
        var random = attacker.Random(client);
        while (!attacker.Stop.IsCancellationRequested)
        {
            await using var connection = WireClient.Dial(attacker.Socket, attacker.Stop);
            for (int i = 0; i < StreamsOfAConnection && !attacker.Stop.IsCancellationRequested; i++)
            {
                await using var again = connection.Again();
                try
                {
                    await stream(again, random).WaitAsync(TimeSpan.FromSeconds(5), attacker.Stop);
                }
                catch (Exception e) when (e is RpcException or IOException or OperationCanceledException or InvalidOperationException or RefusedByBrokerException or TimeoutException)
                {
                    attacker.Count(e is RpcException rpc ? rpc.StatusCode.ToString() : e.GetType().Name);
                }
            }
        }
    })));

    private static byte[] Mutate(byte[] message, List<byte[]> others, Random random)
    {
        byte[] bytes = [.. message];
        switch (random.Next(4))
        {
            case 0:
                for (int i = random.Next(1, 8); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                byte[] other = others[random.Next(others.Count)];
                return [.. bytes[..random.Next(bytes.Length)], .. other[random.Next(other.Length)..]];
            default:
                int at = random.Next(bytes.Length);
                byte[] noise = new byte[random.Next(1, 64)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
        }
    }
}
