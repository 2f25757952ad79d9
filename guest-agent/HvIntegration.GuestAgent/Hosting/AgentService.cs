using HvIntegration.Protocol.Service;
using System.Globalization;
using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.GuestAgent.Uplink;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>The running agent: sampling loop and uplink, from service start to service stop.</summary>
internal sealed class AgentService(
    AgentOptions options, ITransport transport, TimeProvider time, Random random, ILoggerFactory loggers, IHostApplicationLifetime lifetime, ServiceFault fault) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // The host logs it and stops; the process must end with a failure, so that it is started again.
            fault.Set();
            throw;
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        ILogger sampling = loggers.CreateLogger("sampling");
        ILogger uplinkLog = loggers.CreateLogger("uplink");
        if (options.Broker.Kind == TransportKind.Tcp)
        {
            UplinkLog.Tcp(uplinkLog, options.Broker);
        }

        var clock = new SystemGuestClock(time);
        using var parts = new AgentParts(options, clock, sampling);
        BatchRing ring = parts.CreateRing(options);
        parts.Sampler.Events.Add(
            AgentEventKind.ServiceStarted,
            string.Create(CultureInfo.InvariantCulture, $"hvi-agent {HelloFactory.AgentVersion} started, interval {options.IntervalMs} ms"));
        var source = new UplinkSource(
            parts.Identity, parts.Sampler, ring, parts.Settings, parts.FirstSequence, clock, text => UplinkLog.Configured(uplinkLog, text));
        using var uplink = new BrokerUplink(transport, options.Broker, source, parts.Counters, time, random, clock, uplinkLog);
        using var loop = new SamplingLoop(
            parts.Sampler, ring, parts.FirstSequence, parts.Settings, parts.Counters, clock, options.Priority, sampling)
        {
            Faulted = _ =>
            {
                fault.Set();
                lifetime.StopApplication();
            },
        };
        loop.Start();
        await uplink.RunAsync(stoppingToken);
    }
}
