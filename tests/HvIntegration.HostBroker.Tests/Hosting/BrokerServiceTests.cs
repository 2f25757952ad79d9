using Microsoft.Extensions.Hosting.Internal;
using HvIntegration.Protocol.Service;
using System.Runtime.Versioning;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>What the service manager of Windows learns when the broker ends, and where its log goes.</summary>
public sealed class BrokerServiceTests
{
    [Fact]
    public async Task Execute_BrokerThrows_ServiceEndsWithTheCodeOnWhichItIsStartedAgain()
    {
        // Act
        var (fault, stopped) = await RunAsync(_ => throw new InvalidOperationException("a part failed"));
        // Assert
        Assert.Equal(1064, fault.ExitCode);
        Assert.True(stopped);
    }

    [Fact]
    public async Task Execute_BrokerStopsByItself_ServiceEndsWithTheCodeOnWhichItIsStartedAgain()
    {
        // Act
        var (fault, stopped) = await RunAsync(_ => Task.CompletedTask);
        // Assert
        Assert.Equal(1064, fault.ExitCode);
        Assert.True(stopped);
    }

    [Fact]
    public async Task Execute_ServiceManagerStopsIt_ExitCodeIsZero()
    {
        // Act
        var (fault, _) = await RunAsync(stopping => Task.Delay(Timeout.Infinite, stopping), stopFromOutside: true);
        // Assert
        Assert.Equal(0, fault.ExitCode);
    }

    [Fact]
    [SupportedOSPlatform("windows")]
    public void Log_WindowsService_HasTheEventLog()
    {
        // Arrange
        var services = new ServiceCollection();
        // Act
        services.AddLogging(BrokerLog.AddEventLog);
        // Assert
        Assert.Contains(services, IsEventLog);
    }

    [Fact]
    public void Log_NoService_HasNoEventLog()
    {
        // Arrange
        var services = new ServiceCollection();
        // Act
        services.AddLogging(l => BrokerLog.Add(l, console: true, LogFormat.Text));
        // Assert
        Assert.DoesNotContain(services, IsEventLog);
    }

    private static bool IsEventLog(ServiceDescriptor service) => service.ServiceType == typeof(ILoggerProvider) && service.ImplementationType?.Name == "EventLogLoggerProvider";

    private static async Task<(ServiceFault Fault, bool Stopped)> RunAsync(Func<CancellationToken, Task> run, bool stopFromOutside = false)
    {
        var fault = new ServiceFault();
        var started = new TaskCompletionSource();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        using var service = new BrokerService(
            stopping =>
            {
                started.SetResult();
                return run(stopping);
            },
            fault, lifetime, NullLogger<BrokerService>.Instance);
        await service.StartAsync(TestContext.Current.CancellationToken);
        if (stopFromOutside)
        {
            await started.Task.WaitAsync(TestContext.Current.CancellationToken);
            await service.StopAsync(TestContext.Current.CancellationToken);
        }

        await service.ExecuteTask!;
        return (fault, lifetime.ApplicationStopping.IsCancellationRequested);
    }
}
