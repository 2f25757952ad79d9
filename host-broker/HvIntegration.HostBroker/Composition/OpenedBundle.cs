using HvIntegration.Api.Access;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.HostBroker.Settings;
using HvIntegration.Engine.Options;
using HvIntegration.History;
using HvIntegration.History.Store;
using HvIntegration.Model;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HostBroker.Composition;

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

    /// <summary>The .NET host that serves the bundle.</summary>
    public WebApplication App { get; }

    /// <summary>What was taken in.</summary>
    public BundleReplay Replay { get; }

    /// <summary>Address of the dashboard and the API.</summary>
    public string Url { get; }

    /// <summary>Reads a bundle and serves it.</summary>
    /// <param name="file">Path of the bundle.</param>
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
            history = await HistoryStore.OpenAsync(options.History, options.Engine, time, NullLogger.Instance, cancellation);
            long bytes = Math.Max(1, reader.SecondsBytes);
            var replay = await BundleReplay.RunAsync(reader, history, rules, progress is null ? null : new Share(progress, bytes), cancellation);
            app = BrokerHost.Build(options, new BundleSource(replay.Manifest, replay.Inventory), history, history, time, console: false, replay);
            Publish(app.Services, replay);
            await app.StartAsync(cancellation);
            return new OpenedBundle(folder, history, app, replay, ApiAddress.Bound(app.Services.GetRequiredService<IServer>(), url));
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
        services.GetRequiredService<Inventory>().Update(replay.Inventory.Partitions);
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
            replay.Second, replay.Reports, replay.Latest.Host(Guid.Empty), [.. replay.Recorded.Select(r => Of(r, replay.Manifest.WithOthers)).OrderByDescending(e => e.OnsetSecond)], new Dictionary<string, long>()));
    }

    private static string Cut(string text, int max) => ForeignText.OneLine(text, max);

    private static Episode Of(BundleEpisode recorded, bool withOthers)
    {
        var (e, v) = recorded;
        // A bundle of an older hvi has words only.
        var statement = v?.Statement ?? e.Statement ?? VerdictStatement.OfRecord(
            e.Hypothesis, ApiText.SideOf(e.Side), e.Vm, e.VmName, e.OnsetSecond, new RecordedWords(v?.Title ?? e.Title, withOthers ? v?.Sentence ?? e.Sentence : null, v?.WhatHelps ?? "")) with
        {
            Culprits = [.. (v?.Culprits ?? []).Select(c => new Culprit(c.Id, c.Name, c.Process, c.Share, c.ExtraShare, c.Correlation) { Kind = c.Kind, IsProcessLeftOut = c.IsProcessLeftOut })],
        };
        var verdict = v is null
            ? new Verdict(statement, e.Probability)
            : new Verdict(
                v.Hypothesis, ApiText.SideOf(v.Side), v.Probability, statement, v.RunnerUp, v.RunnerUpProbability, [.. v.For.Select(Of)], [.. v.Against.Select(Of)],
                [.. v.NotMeasured.Select(n => new Unmeasured(Recorded(n), "", TellsWhy: true))]);
        // Bundles of before 2026-11-29 have no last second of an open episode.
        return new Episode(0, e.Vm, e.Hypothesis, e.OnsetSecond, Math.Max(e.HeldSecond, e.EndSecond ?? e.OnsetSecond), e.EndSecond, e.Severity, verdict)
        {
            Gaps = [.. e.Gaps.Select(g => new EpisodeGap(g.FromSecond, g.ToSecond, g.Cause))],
        };
    }

    private static Evidence Of(EvidenceView e) => new(e.Signal, e.Fact ?? Recorded(e.Sentence), e.Value ?? double.NaN, e.Limit ?? double.NaN, e.Unit, e.Native, e.LogOdds, Side.None);

    private static Fact Recorded(string words) => new(FactKind.Recorded) { Name = words };

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
