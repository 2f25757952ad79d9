using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using System.Globalization;

namespace HvIntegration.Cli.Report;

/// <summary>Asks a broker for everything a report shows of one VM and time.</summary>
internal static class IncidentReader
{
    private const int Points = 900;
    private const int ProcessesShown = 12;
    private const int ProcessSecondsMax = 86_400;

    /// <summary>Asks; every question after the first uses the seconds the broker made of the two times.</summary>
    /// <exception cref="CommandException">No broker, no such VM, a time that is none, or nothing kept.</exception>
    public static async Task<Incident> ReadAsync(ApiClient client, string vm, string from, string to, CancellationToken cancellation)
    {
        string signals = string.Join(',', ReportCharts.All.SelectMany(c => c.Inside.Concat(c.Outside)));
        var series = await client.GetAsync<SeriesAnswer>(
            $"api/v1/vms/{Uri.EscapeDataString(vm)}/series?signals={signals}&from={Uri.EscapeDataString(from)}&to={Uri.EscapeDataString(to)}&points={Points}", cancellation);
        string path = $"api/v1/vms/{series.Vm.Id}";
        var worst = series.Episodes.FirstOrDefault(e => e.Id == series.WorstEpisode);
        var status = await client.GetAsync<StatusAnswer>("api/v1/status", cancellation);
        var here = await KeptAsync<VmAnswer>(client, path, cancellation);
        var evidence = worst is null ? null : (await KeptAsync<EpisodeAnswer>(client, "api/v1/episodes/" + Uri.EscapeDataString(worst.Id), cancellation))?.Verdict;
        var moment = await KeptAsync<MomentAnswer>(client, FormattableString.Invariant($"{path}/moment?at={series.MomentSecond ?? series.ToSecond - 1}"), cancellation);
        long seconds = Math.Clamp(series.ToSecond - series.FromSecond, 2, ProcessSecondsMax);
        var top = await KeptAsync<TopProcessesAnswer>(
            client, string.Create(CultureInfo.InvariantCulture, $"{path}/processes/top?at={series.ToSecond - 1}&seconds={seconds}&rows={ProcessesShown}"), cancellation);
        var incident = new Incident(series, status.Version, here, worst, evidence, moment, top?.Processes ?? []);
        return incident.IsEmpty
            ? throw new CommandException(
                ExitStatus.NotFound,
                $"no data is stored for VM '{series.Vm.Name}' from {Quantity.Clock(series.FromSecond, date: true)} to {Quantity.Clock(series.ToSecond, date: true)} UTC; 'hvi history' shows the stored data")
            : incident;
    }

    private static async Task<T?> KeptAsync<T>(ApiClient client, string path, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await client.GetAsync<T>(path, cancellation);
        }
        catch (CommandException e) when (e.Status == ExitStatus.NotFound)
        {
            // Deleted, or older than what is kept in single seconds: the report says so where it would stand.
            return null;
        }
    }
}
