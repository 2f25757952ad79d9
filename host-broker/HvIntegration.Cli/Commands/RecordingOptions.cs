using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Recordings;
using System.CommandLine;

namespace HvIntegration.Cli.Commands;

/// <summary>Options of <c>hvi diagnose</c> for recordings.</summary>
internal sealed class RecordingOptions(Func<string, RecordingRules> rules)
{
    private readonly Option<string[]> _host = new("--host") { Description = "Perfmon recording (PDH-CSV) of the host; repeatable", HelpName = "HOST.csv" };
    private readonly Option<string[]> _guest = new("--guest") { Description = "Perfmon recording of a Windows VM, made in the guest, or a part of it; repeatable", HelpName = "VMNAME=GUEST.csv" };
    private readonly Option<string[]> _linux = new("--linux-guest") { Description = "Recording of a Linux VM, written by 'hvi-agent record' in the guest", HelpName = "VMNAME=RECORDING" };
    private readonly Option<string?> _from = new("--from") { Description = "Start of the reported time range: ISO 8601 (2026-01-31T12:00:00Z) or Unix seconds", HelpName = "T" };
    private readonly Option<string?> _to = new("--to") { Description = "End of the reported time range", HelpName = "T" };
    private readonly Option<string?> _config = new("--config") { Description = "Settings file; its section Engine sets thresholds and windows", HelpName = "FILE" };
    private readonly Option<string?> _inventory = new("--inventory") { Description = "Inventory file with values that counters do not contain: CPU limits, maximum memory, quotas (docs/schemas/inventory.schema.json)", HelpName = "FILE.json" };
    private readonly Option<string[]> _zone = new("--time-zone") { Description = "Time zone of recordings whose header has none, or one that its zone's name contradicts, such as +02:00 or Europe/Berlin; FILE=ZONE sets it for one recording, whatever its header says; repeatable", HelpName = "ZONE" };
    private readonly Option<int?> _codePage = new("--code-page") { Description = "Code page of names in recordings that are neither Unicode nor marked, such as 1251 or 932. Default: the likeliest one", HelpName = "NUMBER" };
    private readonly Option<string[]> _computer = new("--guest-computer") { Description = "Computer name of a VM, where a recording of --guest has columns of several computers; repeatable", HelpName = "VMNAME=COMPUTER" };

    private IEnumerable<Option> All => [_host, _guest, _linux, _from, _to, _config, _inventory, _zone, _codePage, _computer];

    /// <summary>Adds the options to a command.</summary>
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
                ? throw new CommandException(ExitStatus.Usage, $"{given.Name} is for recordings only. Add --host HOST.csv for a host, or --guest VM=GUEST.csv for a guest")
                : null;
        }

        return new OfflineRequest(
            hosts, Pairs(parsed, _guest), Pairs(parsed, _linux), Time(parsed, _from), Time(parsed, _to), parsed.GetValue(_config) is { } settings ? rules(settings) : null, parsed.GetValue(_inventory))
        {
            TimeZones = parsed.GetValue(_zone) ?? [],
            CodePage = parsed.GetValue(_codePage),
            GuestComputers = Computers(parsed.GetValue(_computer) ?? []),
        };
    }

    private static List<(string Vm, string File)> Pairs(ParseResult parsed, Option<string[]> option) => [.. (parsed.GetValue(option) ?? []).Select(t => Pair(option.Name, t))];

    private static Dictionary<string, string> Computers(string[] texts)
    {
        var computers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string text in texts)
        {
            int at = text.LastIndexOf('=');
            if (at <= 0 || at + 1 == text.Length)
            {
                throw new CommandException(ExitStatus.Usage, $"--guest-computer '{text}': use VMNAME=COMPUTER, such as --guest-computer web01=SRV01");
            }

            computers[text[..at]] = text[(at + 1)..];
        }

        return computers;
    }

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
            : throw new CommandException(ExitStatus.Usage, $"{option} '{text}': use VMNAME=FILE, such as {option} web01=web01.csv");
    }

    private static long? Time(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return TimeText.TryParse(text, 0, out long second) && !text.StartsWith('-') && !text.Equals("now", StringComparison.OrdinalIgnoreCase)
            ? second
            : throw new CommandException(ExitStatus.Usage, $"{option.Name} '{text}' is not a valid time. Use ISO 8601, such as 2026-01-31T12:00:00Z or 2026-01-31T14:00:00+02:00, or Unix seconds");
    }
}
