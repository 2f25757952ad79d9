using System.Globalization;
using System.Net;
using HvIntegration.HostileTests.Beside;
using HvIntegration.TestKit.Processes;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>What the other VMs' tables, time travel and reports say after an attack.</summary>
internal static class OthersTables
{
    private static readonly TimeSpan CommandMax = TimeSpan.FromSeconds(30);

    /// <summary>Asks each.</summary>
    /// <returns>A sentence for each that does not answer as it must.</returns>
    public static async Task<IReadOnlyList<string>> JudgeAsync(BrokerWithVms broker, Attacker attacker)
    {
        var faults = new List<string>();
        long second = (await broker.GetAsync("vms")).GetProperty("second").GetInt64() - 5;
        foreach (string path in (string[])[$"api/v1/vms/good/processes/top?from={second - 10}&to={second}", $"api/v1/vms/good/moment?at={second}"])
        {
            var (status, text) = await broker.AskAsync(path);
            if (status != HttpStatusCode.OK || !text.Contains(SteadyPlan.ProcessName, StringComparison.Ordinal))
            {
                faults.Add($"{path}: {(int)status} {text[..Math.Min(text.Length, 300)].ReplaceLineEndings(" ")}");
            }
        }

        foreach (string[] command in (string[][])[["processes", "good"], ["report", "--vm", "good", "-o", Path.Join(broker.Folder, "report.html")]])
        {
            await using var hvi = ChildProcess.Start(
                Programs.Hvi, [.. command, "--broker", broker.Url], Path.Join(broker.Folder, command[0] + ".out"));
            if (await hvi.WaitAsync(CommandMax) is var status && status != 0)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"hvi {string.Join(' ', command)}: status {status}: {string.Join(' ', hvi.LogLines().TakeLast(2))}"));
            }
        }

        return faults;
    }
}
