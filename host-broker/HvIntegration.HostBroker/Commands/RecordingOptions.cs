using System.CommandLine;
using HvIntegration.HostBroker.Api;
using HvIntegration.HostBroker.Offline;

namespace HvIntegration.HostBroker.Commands;

/// <summary>Options of <c>hvi diagnose</c> for recordings.</summary>
internal sealed class RecordingOptions
{
    private readonly Option<string[]> _host = new("--host") { Description = "Perfmon recording (PDH-CSV) of the host; several times for several files", HelpName = "HOST.csv" };
    private readonly Option<string[]> _guest = new("--guest") { Description = "Perfmon recording made inside a Windows VM; several times for several VMs", HelpName = "VMNAME=GUEST.csv" };
    private readonly Option<string[]> _linux = new("--linux-guest") { Description = "What 'hvi-agent record' wrote inside a Linux VM", HelpName = "VMNAME=RECORDING" };
    private readonly Option<string?> _from = new("--from") { Description = "Report from here on: ISO 8601 (2026-01-31T12:00:00Z) or Unix seconds", HelpName = "T" };
    private readonly Option<string?> _to = new("--to") { Description = "Report up to here", HelpName = "T" };
    private readonly Option<string?> _config = new("--config") { Description = "Settings file; its section Engine has limits and windows", HelpName = "FILE" };
    private readonly Option<string?> _inventory = new("--inventory") { Description = "What counters do not carry: CPU limits, memory maximum, quotas (docs/schemas/inventory.schema.json)", HelpName = "FILE.json" };
    private readonly Option<string?> _zone = new("--time-zone") { Description = "Zone of recordings whose header has no bias, as +02:00 or Europe/Berlin", HelpName = "ZONE" };

    private IEnumerable<Option> All => [_host, _guest, _linux, _from, _to, _config, _inventory, _zone];

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>What was asked; null when no option of these was given.</summary>
    /// <exception cref="CommandException">They do not fit together.</exception>
    public OfflineRequest? Read(ParseResult parsed)
    {
        var hosts = parsed.GetValue(_host) ?? [];
        if (hosts.Length == 0 && parsed.GetValue(_guest) is not { Length: > 0 } && parsed.GetValue(_linux) is not { Length: > 0 })
        {
            return All.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } given
                ? throw new CommandException(ExitStatus.Usage, $"{given.Name} belongs to recordings: give the host's with --host HOST.csv, or a guest's with --guest VM=GUEST.csv")
                : null;
        }

        return new OfflineRequest(
            hosts, Pairs(parsed, _guest), Pairs(parsed, _linux), Time(parsed, _from), Time(parsed, _to), parsed.GetValue(_config), parsed.GetValue(_inventory),
            parsed.GetValue(_zone));
    }

    private static List<(string Vm, string File)> Pairs(ParseResult parsed, Option<string[]> option) => [.. (parsed.GetValue(option) ?? []).Select(t => Pair(option.Name, t))];

    // A VM's name may hold '=': the file is what stands behind the first '=' that leaves one.
    private static (string Vm, string File) Pair(string option, string text)
    {
        int first = text.IndexOf('=', StringComparison.Ordinal);
        for (int at = first; at > 0; at = text.IndexOf('=', at + 1))
        {
            if (File.Exists(text[(at + 1)..]))
            {
                return (text[..at], text[(at + 1)..]);
            }
        }

        return first > 0 && first + 1 < text.Length
            ? (text[..first], text[(first + 1)..])
            : throw new CommandException(ExitStatus.Usage, $"{option} '{text}': write VMNAME=FILE, as {option} web01=web01.csv");
    }

    private static long? Time(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return TimeText.TryParse(text, 0, out long second) && !text.StartsWith('-') && !text.Equals("now", StringComparison.OrdinalIgnoreCase)
            ? second
            : throw new CommandException(ExitStatus.Usage, $"{option.Name} '{text}' is no time; write ISO 8601, as 2026-01-31T12:00:00Z or 2026-01-31T14:00:00+02:00, or Unix seconds");
    }
}
