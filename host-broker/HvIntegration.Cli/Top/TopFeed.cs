using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using System.Text.Json;
using System.Threading.Channels;

namespace HvIntegration.Cli.Top;

/// <summary>Brings the broker's events to the model's owner; what breaks is told and tried again.</summary>
internal sealed class TopFeed(string url, TimeProvider time)
{
    private const int WaitingMax = 256;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HostEvery = TimeSpan.FromSeconds(2);

    // The broker says every 15 s that it lives, when it has nothing else to say.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(40);

    private readonly Channel<Action<TopModel>> _changes = Channel.CreateBounded<Action<TopModel>>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Changes to the model, in order; whoever owns it applies them.</summary>
    public ChannelReader<Action<TopModel>> Changes => _changes.Reader;

    /// <summary>Follows the fleet until told to end.</summary>
    public Task FleetAsync(CancellationToken cancellation) => FollowAsync(
        "api/v1/stream",
        (kind, data) => kind switch
        {
            "snapshot" => Of<VmsAnswer>(data, (model, answer) => model.Take(answer)),
            "second" => Of<SecondEvent>(data, (model, changes) => model.Take(changes)),
            _ => null,
        },
        cancellation);

    /// <summary>Follows one VM until told to end.</summary>
    public Task VmAsync(Guid vm, CancellationToken cancellation) => FollowAsync(
        "api/v1/stream?vm=" + vm,
        (kind, data) => kind switch
        {
            "vm" => Of<VmAnswer>(data, (model, answer) => model.Vm = model.Open == answer.Vm.Id ? answer : model.Vm),
            "gone" => model => model.Open = model.Open == vm ? null : model.Open,
            _ => null,
        },
        cancellation);

    /// <summary>Asks for the host now and then.</summary>
    public async Task HostAsync(CancellationToken cancellation)
    {
        using var client = new ApiClient(url);
        using var timer = new PeriodicTimer(HostEvery, time);
        do
        {
            try
            {
                var host = await client.GetAsync<HostAnswer>("api/v1/host", cancellation);
                await _changes.Writer.WriteAsync(model => model.Host = host, cancellation);
            }
            catch (CommandException)
            {
                // The stream tells what is wrong with the connection.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private static Action<TopModel> Of<T>(string data, Action<TopModel, T> apply)
    {
        var value = JsonSerializer.Deserialize<T>(data, ApiClient.Json)!;
        return model =>
        {
            model.Trouble = null;
            apply(model, value);
        };
    }

    private async Task FollowAsync(string path, Func<string, string, Action<TopModel>?> read, CancellationToken cancellation)
    {
        using var client = new ApiClient(url);
        while (true)
        {
            string trouble;
            using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silent.CancelAfter(SilenceMax);
            try
            {
                await foreach (var item in client.StreamAsync(path, silent.Token))
                {
                    silent.CancelAfter(SilenceMax);
                    if (read(item.EventType, item.Data) is { } change)
                    {
                        await _changes.Writer.WriteAsync(change, cancellation);
                    }
                }

                trouble = "The broker ended the stream.";
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                trouble = $"The broker sent nothing for {SilenceMax.TotalSeconds:0} s.";
            }
            catch (CommandException e)
            {
                trouble = e.Message;
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                trouble = e.Message;
            }

            await _changes.Writer.WriteAsync(model => model.Trouble = $"{trouble} Retrying.", cancellation);
            await Task.Delay(RetryAfter, time, cancellation);
        }
    }
}
