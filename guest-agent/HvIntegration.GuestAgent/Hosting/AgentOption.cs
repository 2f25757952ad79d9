using System.Globalization;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>One option: the same name in <c>agent.json</c>, as <c>HVI_AGENT_*</c> and as <c>--name</c>.</summary>
/// <param name="Name">Lower case with hyphens.</param>
/// <param name="ValueName">What stands for the value in help.</param>
/// <param name="Help">Meaning, range and default, one line.</param>
/// <param name="IsHidden">Left out of help: for tests.</param>
/// <param name="Set">Takes the text over, or says what would be right.</param>
internal sealed record AgentOption(string Name, string ValueName, string Help, bool IsHidden, Func<AgentOptions, string, string?> Set)
{
    /// <summary>True when <c>--name</c> alone means true.</summary>
    public bool IsSwitch => ValueName == "BOOL";

    /// <summary>All of them, in the order of help.</summary>
    public static IReadOnlyList<AgentOption> All { get; } =
    [
        new("broker", "ADDRESS", "broker address: vsock://2 (default on Linux), hvsock://parent (default on Windows), unix:///path, tcp://127.0.0.1:7777", false, SetBroker),
        Number("interval-ms", "MS", "time between samples", 100, 60_000, 1000, (o, v) => o.IntervalMs = v),
        Number("process-interval-ms", "MS", "time between reads of all processes", 100, 60_000, 1000, (o, v) => o.ProcessIntervalMs = v),
        Number("top-n", "COUNT", "number of busiest processes sent with each read; 0 disables the reads", 0, ProtocolLimits.ProcessesMax, 20, (o, v) => o.TopN = v),
        Number("ring-mib", "MIB", "size of the buffer for samples while the broker is unavailable", 1, 256, 8, (o, v) => o.RingMib = v),
        Number("ring-minutes", "MINUTES", "maximum age of the samples in this buffer", 1, 1440, 15, (o, v) => o.RingMinutes = v),
        new("priority", "LEVEL", "priority of the sampling threads: auto (default: real-time or nice -10, if permitted), realtime, nice, normal", false, SetPriority),
        new("disable", "NAMES", "collectors to disable, by name, separated by commas", false, SetDisable),
        Switch("privileged-port", "connect from a vsock port below 1024 (default true; brokers reject other ports unless configured to accept them)", (o, v) => o.PrivilegedPort = v),
        Switch("allow-tcp", "allow a tcp:// broker on another machine; lab only, because the stream is not encrypted (default false)", (o, v) => o.AllowTcp = v),
        new("log-level", "LEVEL", "debug, information (default), warning, error", false, SetLogLevel),
        new("root", "FOLDER", "folder used as /", true, SetRoot),
    ];

    /// <summary>The option with this name, any case, underscores as hyphens; null when there is none.</summary>
    public static AgentOption? Find(string name)
    {
        string normal = name.Replace('_', '-');
        return All.FirstOrDefault(o => o.Name.Equals(normal, StringComparison.OrdinalIgnoreCase));
    }

    private static AgentOption Number(string name, string unit, string help, int min, int max, int fallback, Action<AgentOptions, int> set) =>
        new(name, unit, string.Create(CultureInfo.InvariantCulture, $"{help}, {min} to {max} (default {fallback})"), false, (options, text) =>
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < min || value > max)
            {
                return string.Create(CultureInfo.InvariantCulture, $"use a whole number from {min} to {max}");
            }

            set(options, value);
            return null;
        });

    private static AgentOption Switch(string name, string help, Action<AgentOptions, bool> set) => new(name, "BOOL", help, false, (options, text) =>
    {
        if (!bool.TryParse(text, out bool value))
        {
            return "use true or false";
        }

        set(options, value);
        return null;
    });

    private static string? SetBroker(AgentOptions options, string text)
    {
        try
        {
            options.Broker = TransportAddress.Parse(text, ProtocolLimits.VsockPort);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static string? SetPriority(AgentOptions options, string text)
    {
        if (!Enum.TryParse(text, true, out SamplingPriority value) || char.IsAsciiDigit(text[0]))
        {
            return "use auto, realtime, nice or normal";
        }

        options.Priority = value;
        return null;
    }

    private static string? SetLogLevel(AgentOptions options, string text)
    {
        if (!Enum.TryParse(text, true, out LogLevel value) || value is LogLevel.None or LogLevel.Trace or LogLevel.Critical || char.IsAsciiDigit(text[0]))
        {
            return "use debug, information, warning or error";
        }

        options.LogLevel = value;
        return null;
    }

    private static string? SetDisable(AgentOptions options, string text)
    {
        options.Disable = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return null;
    }

    private static string? SetRoot(AgentOptions options, string text)
    {
        if (!Directory.Exists(text))
        {
            return "the folder does not exist";
        }

        options.Root = text;
        return null;
    }
}
