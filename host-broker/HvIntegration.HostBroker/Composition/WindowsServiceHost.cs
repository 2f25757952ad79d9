using HvIntegration.Protocol.Service;
using System.Runtime.Versioning;

namespace HvIntegration.HostBroker.Composition;

/// <summary>The host of the Windows service: it answers the service manager at once, and the broker starts in it.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsServiceHost
{
    /// <summary>Runs until the service manager stops the service or the broker ends.</summary>
    /// <param name="run">Runs the broker.</param>
    /// <param name="cancellation">Ends it like the service manager.</param>
    /// <returns>False when the broker ended by an error.</returns>
    public static async Task<bool> RunAsync(Func<CancellationToken, Task> run, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = BrokerLog.EventSource, ContentRootPath = AppContext.BaseDirectory });
        BrokerLog.AddEventLog(builder.Logging);
        var fault = new ServiceFault();
        builder.Services.AddWindowsService(o => o.ServiceName = WindowsInstallation.ServiceName);

        // After the one of AddWindowsService: the last counts.
        builder.Services.AddSingleton<IHostLifetime, BrokerServiceLifetime>();
        builder.Services.AddSingleton(fault).AddSingleton(run).AddHostedService<BrokerService>();
        using var host = builder.Build();
        await host.RunAsync(cancellation);
        return !fault.IsSet;
    }
}
