using HvIntegration.Protocol.Service;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>The service: systemd, Windows service or a terminal.</summary>
internal sealed class RunCommand(AgentOptions options)
{
    /// <summary>Runs until the service manager or the terminal stops it.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        // The empty builder: no configuration reload, no file watchers, no event source; options were read before.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "hvi-agent", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.None);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
        });
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService(service => service.ServiceName = "hvi-agent");
        var fault = new ServiceFault();
        builder.Services.AddSingleton(fault);
        if (OperatingSystem.IsWindows() && WindowsServiceHelpers.IsWindowsService())
        {
            // After the one of AddWindowsService: the last counts.
            builder.Services.AddSingleton<IHostLifetime, AgentServiceLifetime>();
        }

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new Random());
        builder.Services.AddSingleton(Transports.For(options.Broker, options.ToTransportOptions()));
        builder.Services.AddHostedService<AgentService>();
        using IHost host = builder.Build();

        // It disposes the host's services as it ends.
        await host.RunAsync(cancellation);
        return fault.IsSet ? ExitStatus.Degraded : ExitStatus.Healthy;
    }
}
