using HvIntegration.Engine.Model;
using HvIntegration.Engine.Options;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HostBroker.Bundles;

/// <summary>A bundle shown by the dashboard and the API of a broker that measures nothing and changes nothing; its folder goes with it.</summary>
internal sealed class OpenedBundle : IAsyncDisposable
{
    private readonly string _folder;
    private readonly HistoryStore _history;

    private OpenedBundle(string folder, HistoryStore history, WebApplication app, BundleReplay replay, string url)
    {
        _folder = folder;
        _history = history;
        App = app;
        Replay = replay;
        Url = url;
    }

    /// <summary>The host.</summary>
    public WebApplication App { get; }

    /// <summary>What was taken in.</summary>
    public BundleReplay Replay { get; }

    /// <summary>Address of the dashboard and the API.</summary>
    public string Url { get; }

    /// <summary>Reads a bundle and serves it.</summary>
    /// <param name="file">The bundle.</param>
    /// <param name="url">Address of the API; port 0 for any.</param>
    /// <param name="rules">Limits and windows to judge by.</param>
    /// <param name="progress">Told how much is read, 0 to 1; null for nobody.</param>
    /// <param name="cancellation">Gives up; nothing is left behind.</param>
    /// <exception cref="BundleException">The bundle cannot be used.</exception>
    /// <exception cref="HistoryException">The temporary folder cannot be written.</exception>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task<OpenedBundle> StartAsync(string file, string url, EngineOptions rules, IProgress<double>? progress, CancellationToken cancellation)
    {
        await using var reader = await BundleReader.OpenAsync(file, cancellation);
        var time = new StandingTime(reader.Manifest.ToSecond);
        string folder = Directory.CreateTempSubdirectory("hvi-open-").FullName;
        HistoryStore? history = null;
        WebApplication? app = null;
        try
        {
            var options = new BrokerOptions { LogLevel = LogLevel.Error, Engine = rules };
            options.Api.Url = url;
            options.History.Folder = Path.Combine(folder, "history");
            options.History.BackgroundUpkeep = false;
            history = await HistoryStore.OpenAsync(options.History, time, NullLogger.Instance, cancellation);
            long bytes = Math.Max(1, reader.SecondsBytes);
            var replay = await BundleReplay.RunAsync(reader, history, rules, progress is null ? null : new Share(progress, bytes), cancellation);
            app = BrokerHost.Build(options, new BundleSource(replay.Manifest, replay.Inventory), history, time, console: false, replay);
            Publish(app.Services, replay);
            await app.StartAsync(cancellation);
            return new OpenedBundle(folder, history, app, replay, RunningBroker.BoundUrl(app, url));
        }
        catch
        {
            await CloseAsync(app, history, folder);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await CloseAsync(App, _history, _folder);
    }

    private static void Publish(IServiceProvider services, BundleReplay replay)
    {
        services.GetRequiredService<Hosting.Inventory>().Update(replay.Inventory.Partitions);
        services.GetRequiredService<SourcePump>().NoteEnded();
        var acknowledgements = services.GetRequiredService<Acknowledgements>();
        foreach (var (episode, _) in replay.Recorded)
        {
            if (episode.Acknowledged is { } seen && EpisodeKey.TryParse(episode.Id, out var key))
            {
                acknowledgements.Set(key, new Acknowledgement(seen.Second, Cut(seen.By, Acknowledgements.ByMax), Cut(seen.Note, Acknowledgements.NoteMax)));
            }
        }

        services.GetRequiredService<BrokerState>().Publish(new BrokerView(
            replay.Second, replay.Reports, replay.Latest.Host(Guid.Empty), [.. replay.Recorded.Select(Of).OrderByDescending(e => e.OnsetSecond)], new Dictionary<string, long>()));
    }

    private static string Cut(string text, int max) => text.Length > max ? text[..max] : text;

    private static Episode Of(BundleEpisode recorded)
    {
        var (e, v) = recorded;
        var verdict = v is null
            ? new Verdict(e.Hypothesis, SideOf(e.Side), e.Probability, e.Title, e.Sentence, "", null, 0, [], [], [], [])
            : new Verdict(
                v.Hypothesis, SideOf(v.Side), v.Probability, v.Title, v.Sentence, v.WhatHelps, v.RunnerUp, v.RunnerUpProbability, [.. v.For.Select(Of)], [.. v.Against.Select(Of)], v.NotMeasured,
                [.. v.Culprits.Select(c => new Culprit(c.Id, c.Name, c.Process, c.Share, c.ExtraShare ?? double.NaN, c.Correlation ?? double.NaN))]);
        // Bundles of before 2026-11-29 have no last second of an open episode.
        return new Episode(0, e.Vm, e.Hypothesis, e.OnsetSecond, Math.Max(e.HeldSecond, e.EndSecond ?? e.OnsetSecond), e.EndSecond, e.Severity, verdict)
        {
            Gaps = [.. e.Gaps.Select(g => new EpisodeGap(g.FromSecond, g.ToSecond, g.Cause))],
        };
    }

    private static Evidence Of(EvidenceView e) => new(e.Signal, e.Sentence, e.Value ?? double.NaN, e.Limit ?? double.NaN, e.Unit, e.Native, e.LogOdds, Side.None);

    private static Side SideOf(string word) => Enum.TryParse<Side>(word, ignoreCase: true, out var side) && Enum.IsDefined(side) ? side : Side.None;

    private static async Task CloseAsync(WebApplication? app, HistoryStore? history, string folder)
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (history is not null)
        {
            await history.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private sealed class Share(IProgress<double> told, long all) : IProgress<long>
    {
        public void Report(long value) => told.Report(Math.Min(1, (double)value / all));
    }
}
