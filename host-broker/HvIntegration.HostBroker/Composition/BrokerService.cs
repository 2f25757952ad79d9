using HvIntegration.Protocol.Service;

namespace HvIntegration.HostBroker.Composition;

/// <summary>Runs a broker from its settings to its end inside a host that has nothing else: the service manager has its answer before history is opened.</summary>
/// <param name="run">Runs the broker until it is canceled; it returns earlier only when the broker stopped by itself.</param>
/// <param name="fault">Takes how it ended.</param>
/// <param name="lifetime">Stopped when the broker has ended.</param>
/// <param name="logger">Takes why the broker ended.</param>
internal sealed partial class BrokerService(Func<CancellationToken, Task> run, ServiceFault fault, IHostApplicationLifetime lifetime, ILogger<BrokerService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await run(stoppingToken);
            if (!stoppingToken.IsCancellationRequested)
            {
                fault.Set();
                LogStoppedItself(logger);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The service manager ended it: what a part says of that is no error.
        }
        catch (Exception e)
        {
            // Whatever it was, an administrator finds it in the event log, and the service manager starts the broker again.
            fault.Set();
            LogEnded(logger, e.Message, e);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(EventId = 2602, Level = LogLevel.Critical, Message = "The broker ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, string reason, Exception exception);

    [LoggerMessage(EventId = 2603, Level = LogLevel.Critical, Message = "The broker stopped by itself; the messages before this one name the reason")]
    private static partial void LogStoppedItself(ILogger logger);
}
