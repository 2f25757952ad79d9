using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace HvIntegration.Api.Endpoints;

/// <summary>REST under <c>/api/v1</c>, health and readiness. Errors are problem details; answers carry an ETag.</summary>
internal static class ApiEndpoints
{
    private const int PointsDefault = 900;
    private const int TopRowsDefault = 20;
    private const int TopSecondsDefault = 10;
    private const int TopSecondsMax = 86_400;
    private const string Times = "Times: " + TimeText.Forms + ".";
    private static readonly TimeSpan TableTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds every endpoint of the API to the routes.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("HvIntegration").ProducesProblem(StatusCodes.Status401Unauthorized);
        MapVms(api);
        MapPast(api);
        api.MapEpisodes();
        api.MapBundle();
        api.MapRediagnosis();
        api.MapGet("/host", (HostReader reader) => new Tagged<HostAnswer>(reader.Host()))
            .WithName("GetHost").WithSummary("Use of the host resources: logical processors, root, memory, stores, adapters, VMs.");
        api.MapGet("/host/stack", (StackReader reader) => new Tagged<StackAnswer>(reader.Host()))
            .WithName("GetHostStack").WithSummary("Values of each part of the virtualization stack: hypervisor, root, VID, VMBus, VSPs, VMMS.");
        api.MapGet("/status", (BrokerReader reader) => new Tagged<StatusAnswer>(reader.Status()))
            .WithName("GetStatus").WithSummary("State of the broker: source, history, listeners, agents, cost, and all rejected or dropped data.");
        api.MapStream();

        routes.MapGet("/healthz", () => TypedResults.Text("alive\n")).ExcludeFromDescription();
        routes.MapGet("/readyz", Ready).ExcludeFromDescription();
    }

    /// <summary>Finds the one VM of a path and answers about it; else says that there is none, or several.</summary>
    internal static async Task<IResult> WithVmAsync(string vm, VmQueries vms, Func<PartitionInfo, Task<IResult>> answer, CancellationToken cancellation)
    {
        var found = await vms.FindAsync(vm, cancellation);
        return found.Count == 1 ? await answer(found[0]) : NotOne(vm, found);
    }

    /// <summary>Reads a stretch of time.</summary>
    /// <exception cref="BadHttpRequestException">One of the times is none, or they are in the wrong order.</exception>
    internal static (long From, long To) Range(string? from, string? to, long now, long secondsDefault = PointsDefault)
    {
        long toSecond = Second("to", to, now, now);
        long fromSecond = Second("from", from, now, toSecond - secondsDefault);
        return fromSecond < toSecond ? (fromSecond, toSecond) : throw new BadHttpRequestException($"from ({fromSecond}) is not before to ({toSecond}).");
    }

    /// <summary>Parses a time parameter; throws when it is not valid.</summary>
    /// <exception cref="BadHttpRequestException">It is none.</exception>
    internal static long Second(string name, string? text, long now, long otherwise) =>
        text is null ? otherwise
        : TimeText.TryParse(text, now, out long second) ? second
        : throw new BadHttpRequestException($"{name} is '{HelloRules.Cut(text)}'. Use {TimeText.Forms}.");

    /// <summary>Checks a number of a request.</summary>
    /// <exception cref="BadHttpRequestException">Out of range.</exception>
    internal static int Within(string name, int value, int min, int max) =>
        value >= min && value <= max ? value : throw new BadHttpRequestException($"{name} is {value}; it must be from {min} to {max}.");

    private static void MapVms(RouteGroupBuilder api)
    {
        api.MapGet("/vms", (BrokerReader reader, string? search = null, string? state = null, string? agent = null, string? verdict = null,
                bool? suffering = null, int limit = Paging.LimitDefault, string? after = null) =>
                new Tagged<VmsAnswer>(reader.Vms(new VmFilter(search, state, agent, verdict, suffering), Paging.Key(after), Paging.Limit(limit))))
            .WithName("ListVms").WithSummary("VMs with their verdicts and main values, by name, one page at a time.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/vms/{vm}", (string vm, BrokerReader reader, VmQueries vms) => WithVm(vm, vms, p => new Tagged<VmAnswer>(reader.Vm(p))))
            .WithName("GetVm").WithSummary("Both sides of one VM, by GUID or name: signals, verdict, evidence, clock, processes.").AnswersVm<VmAnswer>();
        api.MapGet("/vms/{vm}/signals", (string vm, BrokerReader reader, VmQueries vms) => WithVm(vm, vms, p => new Tagged<SignalsAnswer>(reader.Signals(p))))
            .WithName("ListSignals").WithSummary("Every derived signal of a VM in its newest second, with its label.").AnswersVm<SignalsAnswer>();
        api.MapGet("/vms/{vm}/stack", (string vm, StackReader stack, VmQueries vms) => WithVm(vm, vms, p => new Tagged<StackAnswer>(stack.Vm(p))))
            .WithName("GetVmStack").WithSummary("Values of each part of the virtualization stack for one VM, with exceeded limits and advice.").AnswersVm<StackAnswer>();
        api.MapGet("/vms/{vm}/metrics", (string vm, BrokerReader reader, VmQueries vms) => WithVm(vm, vms, p => new Tagged<MetricsAnswer>(reader.Metrics(p))))
            .WithName("ListMetrics").WithSummary("Every raw metric of a VM, both sides, newest values as they were read.").AnswersVm<MetricsAnswer>();
        api.MapGet("/vms/{vm}/processes", ProcessesAsync)
            .WithName("GetProcesses").WithSummary("The whole process table of the guest, requested from its agent now.").AnswersVm<ProcessTableAnswer>()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable).ProducesProblem(StatusCodes.Status504GatewayTimeout);
    }

    private static void MapPast(RouteGroupBuilder api)
    {
        api.MapGet("/vms/{vm}/history", HistoryAsync)
            .WithName("GetHistory").WithSummary("One metric or one signal over time, with the verdicts of the same time. " + Times).AnswersVm<HistoryAnswer>();
        api.MapGet("/vms/{vm}/series", SeriesAsync)
            .WithName("GetSeries").WithSummary($"Up to {PastReader.NamesMax} signals and metrics (comma-separated) of one VM on one time axis, with verdicts and episodes. " + Times)
            .AnswersVm<SeriesAnswer>();
        api.MapGet("/vms/{vm}/moment", MomentAsync)
            .WithName("GetMoment").WithSummary("One stored second of a VM: both sides, the verdict of that time, the busiest processes around it. " + Times).AnswersVm<MomentAnswer>();
        api.MapGet("/vms/{vm}/verdicts", VerdictsAsync)
            .WithName("GetVerdicts").WithSummary("Verdicts of one VM over time. " + Times).AnswersVm<VerdictsAnswer>();
        api.MapGet("/vms/{vm}/processes/top", TopAsync)
            .WithName("GetTopProcesses").WithSummary($"Busiest processes of a guest in the seconds up to a time (default {TopSecondsDefault}), from history. " + Times)
            .AnswersVm<TopProcessesAnswer>();
    }

    private static void MapEpisodes(this RouteGroupBuilder api)
    {
        api.MapGet("/episodes", EpisodesAsync)
            .WithName("ListEpisodes").WithSummary($"Episodes, newest onset first, a page at a time; by default of the last {EpisodeQueries.ListSeconds / 86_400} days. " + Times)
            .Produces<EpisodesAnswer>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/episodes/{id}", (string id, EpisodeQueries episodes, BrokerReader reader, CancellationToken cancellation) =>
                WithEpisodeAsync(id, episodes, episode => new Tagged<EpisodeAnswer>(Answer(reader, episode)), cancellation))
            .WithName("GetEpisode").WithSummary("One episode, with evidence and suspects while the broker remembers them.")
            .Produces<EpisodeAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/episodes/{id}/acknowledgement", AcknowledgeAsync)
            .WithName("AcknowledgeEpisode").WithSummary("Acknowledges an episode, with a note.")
            .Produces<EpisodeAnswer>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        api.MapDelete("/episodes/{id}/acknowledgement", (string id, EpisodeQueries episodes, BrokerReader reader, Acknowledgements acknowledgements, CancellationToken cancellation) =>
                SetAsync(id, null, episodes, reader, acknowledgements, cancellation))
            .WithName("WithdrawAcknowledgement").WithSummary("Removes an acknowledgement.")
            .Produces<EpisodeAnswer>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static void MapStream(this RouteGroupBuilder api) =>
        api.MapGet("/stream", (HttpContext context, EventFeed feed, EventStreams streams, VmQueries vms, IHostApplicationLifetime life, string? vm = null) =>
            {
                var one = vm is null ? null : vms.Here(vm);
                if (one is { Count: not 1 })
                {
                    return NotOne(vm!, one);
                }

                if (!streams.TryEnter())
                {
                    return TypedResults.Problem(
                        $"{streams.Max} event streams are open, which is the limit; close one or raise Api:StreamsMax.",
                        statusCode: StatusCodes.Status503ServiceUnavailable, title: "Too many streams");
                }

                // A stream has no end of its own: a stop of the broker must not wait for it.
                var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
                context.Response.OnCompleted(() =>
                {
                    streams.Leave();
                    ended.Dispose();
                    return Task.CompletedTask;
                });
                return (IResult)TypedResults.ServerSentEvents(Quiet.Ending(one is null ? feed.FleetAsync(ended.Token) : feed.VmAsync(one[0], ended.Token)));
            })
            .WithName("Stream").WithSummary("Changes as server-sent events: snapshot, second, verdict and episode of all VMs, or vm of one VM each second.")
            .Produces<string>(contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static RouteHandlerBuilder AnswersVm<T>(this RouteHandlerBuilder route) => route
        .Produces<T>().Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static ContentHttpResult Ready(BrokerReader reader)
    {
        var faults = reader.NotReady();
        return faults.Count == 0
            ? TypedResults.Text("ready\n")
            : TypedResults.Text(string.Join('\n', faults) + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult WithVm(string vm, VmQueries vms, Func<PartitionInfo, IResult> answer)
    {
        var found = vms.Here(vm);
        return found.Count == 1 ? answer(found[0]) : NotOne(vm, found);
    }

    private static ProblemHttpResult NotOne(string vm, IReadOnlyList<PartitionInfo> found) => found.Count == 0
        ? TypedResults.Problem(
            $"No VM of this host has the name or GUID '{HelloRules.Cut(vm)}'. 'hvi vms' lists the VMs.",
            statusCode: StatusCodes.Status404NotFound, title: "No such VM")
        : TypedResults.Problem(
            $"{found.Count} VMs have the name '{HelloRules.Cut(vm)}'; use the GUID: {string.Join(", ", found.Select(p => p.Id))}.",
            statusCode: StatusCodes.Status409Conflict, title: "Several VMs have this name");

    private static Task<IResult> HistoryAsync(
        string vm, BrokerReader reader, VmQueries vms, PastQueries past, IHistoryReader history, CancellationToken cancellation,
        string? metric = null, string? signal = null, string? from = null, string? to = null, int points = PointsDefault) =>
        WithVmAsync(vm, vms, async partition =>
        {
            if ((metric is null) == (signal is null))
            {
                throw new BadHttpRequestException("Set either metric (a catalog name such as system.cpu.time) or signal (an id such as cpu.steal).");
            }

            Within("points", points, 1, PastReader.PointsMax);
            var (fromSecond, toSecond) = Range(from, to, reader.NowSecond);
            string name;
            string unit;
            IReadOnlyList<HistorySeries> series;
            int leftOut = 0;
            if (metric is not null)
            {
                var definition = Metric(metric);
                (name, unit) = (definition.Name, definition.Form == MetricForm.Counter ? definition.Unit + "/s" : definition.Unit);
                (series, leftOut) = await history.QueryCountedAsync(partition.Id, definition.Id, fromSecond, toSecond, points, cancellation);
            }
            else
            {
                (name, unit) = (signal!, reader.UnitOf(partition, signal!));
                var one = await history.QuerySignalAsync(partition.Id, signal!, fromSecond, toSecond, points, cancellation);
                series = one.Points.Count > 0 ? [one] : [];
            }

            var verdicts = await past.VerdictsAsync(partition.Id, fromSecond, toSecond, cancellation);
            return new Tagged<HistoryAnswer>(new HistoryAnswer(
                reader.Source, new VmRef(partition.Id, partition.Name), metric is null ? "signal" : "metric", name, unit, fromSecond, toSecond,
                [.. series.Select(Views.Of)], [.. verdicts.Select(Views.Of)])
            {
                SeriesLeftOut = leftOut,
            });
        }, cancellation);

    private static Task<IResult> SeriesAsync(
        string vm, BrokerReader reader, VmQueries vms, PastReader past, CancellationToken cancellation,
        string? signals = null, string? metrics = null, string? from = null, string? to = null, int points = PointsDefault) =>
        WithVmAsync(vm, vms, async partition =>
        {
            var ids = Names(signals);
            var names = Names(metrics);
            if (ids.Count + names.Count is < 1 or > PastReader.NamesMax)
            {
                throw new BadHttpRequestException(
                    $"Use from 1 to {PastReader.NamesMax} names in signals and metrics together, separated by commas; the request has {ids.Count + names.Count}.");
            }

            Within("points", points, 1, Math.Min(PastReader.PointsMax, PastReader.PointsTotalMax / (ids.Count + names.Count)));
            var (fromSecond, toSecond) = Range(from, to, reader.NowSecond);
            return new Tagged<SeriesAnswer>(await past.SeriesAsync(partition, ids, [.. names.Select(Metric)], fromSecond, toSecond, points, cancellation));
        }, cancellation);

    private static Task<IResult> MomentAsync(
        string vm, BrokerReader reader, VmQueries vms, PastReader past, CancellationToken cancellation, string? at = null, int rows = TopRowsDefault) =>
        WithVmAsync(vm, vms, async partition =>
        {
            Within("rows", rows, 1, ProtocolLimits.ProcessTableRowsMax);
            long second = Second("at", at, reader.NowSecond, reader.NowSecond);
            return await past.MomentAsync(partition, second, rows, cancellation) is { } moment
                ? new Tagged<MomentAnswer>(moment)
                : TypedResults.Problem(
                    $"No data is stored for VM '{partition.Name}' in second {second} or the 5 s before it. Single seconds are stored for History:SecondHours.",
                    statusCode: StatusCodes.Status404NotFound, title: "No stored data");
        }, cancellation);

    private static Task<IResult> VerdictsAsync(
        string vm, BrokerReader reader, VmQueries vms, PastQueries past, CancellationToken cancellation, string? from = null, string? to = null) =>
        WithVmAsync(vm, vms, async partition =>
        {
            var (fromSecond, toSecond) = Range(from, to, reader.NowSecond);
            var verdicts = await past.VerdictsAsync(partition.Id, fromSecond, toSecond, cancellation);
            return new Tagged<VerdictsAnswer>(new VerdictsAnswer(
                reader.Source, new VmRef(partition.Id, partition.Name), fromSecond, toSecond, [.. verdicts.Select(Views.Of)]));
        }, cancellation);

    private static Task<IResult> TopAsync(
        string vm, BrokerReader reader, VmQueries vms, PastReader past, CancellationToken cancellation,
        string? at = null, int seconds = TopSecondsDefault, int rows = TopRowsDefault) =>
        WithVmAsync(vm, vms, async partition =>
        {
            Within("rows", rows, 1, ProtocolLimits.ProcessTableRowsMax);
            Within("seconds", seconds, 2, TopSecondsMax);
            long to = Second("at", at, reader.NowSecond, reader.NowSecond) + 1;
            return new Tagged<TopProcessesAnswer>(await past.ProcessesAsync(partition, to - seconds, to, rows, cancellation));
        }, cancellation);

    private static async Task<IResult> EpisodesAsync(
        EpisodeQueries episodes, VmQueries vms, BrokerReader reader, CancellationToken cancellation, string? vm = null, string? verdict = null, bool? open = null, bool? acknowledged = null,
        string? from = null, string? to = null, int limit = Paging.LimitDefault, string? after = null)
    {
        string? key = Paging.Key(after);
        Paging.Limit(limit);
        var (fromSecond, toSecond) = Range(from, to, reader.NowSecond, EpisodeQueries.ListSeconds);
        PartitionInfo? partition = null;
        if (vm is not null)
        {
            var found = await vms.FindAsync(vm, cancellation);
            if (found.Count != 1)
            {
                return NotOne(vm, found);
            }

            partition = found[0];
        }

        var all = await episodes.ListAsync(partition?.Id, fromSecond, toSecond, cancellation);
        var fitting = all.Select(Views.Of).Where(e => (verdict is null || e.Hypothesis.Equals(verdict, StringComparison.OrdinalIgnoreCase))
            && (open is null || open == e.EndSecond is null) && (acknowledged is null || acknowledged == e.Acknowledged is not null));
        var (page, next) = Paging.Page(fitting.OrderByDescending(Key, StringComparer.Ordinal), Key, (a, b) => string.CompareOrdinal(a, b) < 0, key, limit);
        return new Tagged<EpisodesAnswer>(new EpisodesAnswer(reader.Source, page, next));

        static string Key(EpisodeView e) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{e.OnsetSecond:D12}-{e.Vm:N}");
    }

    private static async Task<IResult> WithEpisodeAsync(string id, EpisodeQueries episodes, Func<KnownEpisode, IResult> answer, CancellationToken cancellation) =>
        EpisodeKey.TryParse(id, out var key) && await episodes.OneAsync(key, cancellation) is { } episode
            ? answer(episode)
            : TypedResults.Problem(
                $"There is no episode '{HelloRules.Cut(id)}', or it is older than the stored data. 'hvi episodes' lists the episodes.",
                statusCode: StatusCodes.Status404NotFound, title: "No such episode");

    private static Task<IResult> AcknowledgeAsync(
        string id, AcknowledgementRequest request, EpisodeQueries episodes, BrokerReader reader, Acknowledgements acknowledgements, CancellationToken cancellation)
    {
        string note = request.Note ?? "";
        string by = request.By ?? "";
        if (note.Length > Acknowledgements.NoteMax || by.Length > Acknowledgements.ByMax)
        {
            throw new BadHttpRequestException($"note may have {Acknowledgements.NoteMax} characters and by {Acknowledgements.ByMax}; they have {note.Length} and {by.Length}.");
        }

        return SetAsync(id, new Acknowledgement(reader.NowSecond, by, note), episodes, reader, acknowledgements, cancellation);
    }

    private static Task<IResult> SetAsync(
        string id, Acknowledgement? acknowledgement, EpisodeQueries episodes, BrokerReader reader, Acknowledgements acknowledgements, CancellationToken cancellation) =>
        WithEpisodeAsync(id, episodes, episode =>
        {
            acknowledgements.Set(episode.Key, acknowledgement);
            return TypedResults.Ok(Answer(reader, episode with { Acknowledged = acknowledgement }));
        }, cancellation);

    private static EpisodeAnswer Answer(BrokerReader reader, KnownEpisode episode) =>
        new(reader.Source, Views.Of(episode), episode.Verdict is { } verdict ? Views.Of(verdict) : null);

    private static Task<IResult> ProcessesAsync(
        string vm, BrokerReader reader, VmQueries vms, AgentSessions sessions, CancellationToken cancellation, int rows = ProtocolLimits.ProcessTableRowsMax) =>
        WithVmAsync(vm, vms, async partition =>
        {
            Within("rows", rows, 1, ProtocolLimits.ProcessTableRowsMax);
            if (sessions.Find(partition.Id) is not { Welcomed: true } session)
            {
                return TypedResults.Problem(
                    $"No agent of VM '{partition.Name}' is connected. /processes/top returns the processes that it sent before.",
                    statusCode: StatusCodes.Status503ServiceUnavailable, title: "No agent");
            }

            try
            {
                var table = await session.RequestProcessesAsync(rows, TableTimeout, cancellation);
                return TypedResults.Ok(new ProcessTableAnswer(
                    reader.Source, new VmRef(partition.Id, partition.Name), table.Truncated || table.Processes.Count > rows,
                    [.. table.Processes.Take(rows).Select(ProcessTableRows.Of)]));
            }
            catch (TimeoutException e)
            {
                return TypedResults.Problem(
                    $"The agent of VM '{partition.Name}' sent no process table in {TableTimeout.TotalSeconds:0} s: {e.Message}",
                    statusCode: StatusCodes.Status504GatewayTimeout, title: "The agent did not answer");
            }
        }, cancellation);

    private static MetricDefinition Metric(string name) =>
        MetricCatalog.Find(name) ?? throw new BadHttpRequestException($"'{HelloRules.Cut(name)}' is not a metric of the catalog; /api/v1/vms/{{vm}}/metrics lists those of a VM.");

    private static List<string> Names(string? list) =>
        [.. (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Take(PastReader.NamesMax + 1)];
}
