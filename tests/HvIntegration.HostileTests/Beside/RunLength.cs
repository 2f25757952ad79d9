using System.Globalization;

namespace HvIntegration.HostileTests.Beside;

/// <summary>How long things take: short in CI, longer by the environment. No name begins as a setting of the programs does: they would refuse it.</summary>
internal static class RunLength
{
    /// <summary>Time of one attack; <c>HVI_HOSTILE_SECONDS</c>, 4 by default.</summary>
    public static TimeSpan Attack { get; } = TimeSpan.FromSeconds(Number("HVI_HOSTILE_SECONDS", 4));

    /// <summary>Kills of the broker; <c>HVI_KILLS_BROKER</c>, 10 by default.</summary>
    public static int BrokerKills { get; } = Number("HVI_KILLS_BROKER", 10);

    /// <summary>Kills of the agent; <c>HVI_KILLS_AGENT</c>, 3 by default.</summary>
    public static int AgentKills { get; } = Number("HVI_KILLS_AGENT", 3);

    /// <summary>Seed of all randomness; <c>HVI_HOSTILE_SEED</c>, 13 by default.</summary>
    public static int Seed { get; } = Number("HVI_HOSTILE_SEED", 13);

    /// <summary>Part of the names of the attacks that run; <c>HVI_HOSTILE_ATTACKS</c>, empty by default: all.</summary>
    public static string AttackNamed { get; } = Environment.GetEnvironmentVariable("HVI_HOSTILE_ATTACKS") ?? "";

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
