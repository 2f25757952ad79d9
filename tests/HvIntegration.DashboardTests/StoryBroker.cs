using HvIntegration.CounterSources.Simulated;

namespace HvIntegration.DashboardTests;

/// <summary>One broker for all tests, in the middle of the story: web-01 suffers from batch-01 now, and every other trouble has been and gone.</summary>
public sealed class StoryBroker : IAsyncLifetime
{
    /// <summary>Seconds of the story before the tests begin: the second host contention is 23 s old.</summary>
    public const int Seconds = 203;

    private FastBroker? _broker;

    /// <summary>Address.</summary>
    public string Url => Broker.Url;

    internal FastBroker Broker => _broker ?? throw new InvalidOperationException("not started");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _broker = await FastBroker.StartAsync(new StorySource(new SimulatedCounterSource(new SimulatedOptions())));
        await _broker.AdvanceAsync(Seconds);
        await _broker.StoredAsync(_broker.IdOf("web-01"), _broker.Second);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
