using HvIntegration.Protocol.Service;
using System.Runtime.Versioning;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Options;

namespace HvIntegration.HostBroker.Composition;

/// <summary>The Windows service, which reports an error of the broker to the service manager: it starts the broker again.</summary>
/// <param name="environment">Of the host.</param>
/// <param name="application">Of the host.</param>
/// <param name="loggers">Of the host.</param>
/// <param name="host">Of the host.</param>
/// <param name="service">Name of the service.</param>
/// <param name="fault">Says whether the broker ends by an error.</param>
[SupportedOSPlatform("windows")]
internal sealed class BrokerServiceLifetime(
    IHostEnvironment environment, IHostApplicationLifetime application, ILoggerFactory loggers, IOptions<HostOptions> host, IOptions<WindowsServiceLifetimeOptions> service, ServiceFault fault)
    : WindowsServiceLifetime(environment, application, loggers, host, service)
{
    /// <inheritdoc/>
    protected override void OnStop()
    {
        ExitCode = fault.ExitCode;
        base.OnStop();
    }
}
