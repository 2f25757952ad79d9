using HvIntegration.Protocol.Service;
using System.Runtime.Versioning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>The Windows service, which reports an error of the agent to the service manager: it starts the agent again.</summary>
/// <param name="environment">Of the host.</param>
/// <param name="application">Of the host.</param>
/// <param name="loggers">Of the host.</param>
/// <param name="host">Of the host.</param>
/// <param name="service">Name of the service.</param>
/// <param name="fault">Says whether the agent ends by an error.</param>
[SupportedOSPlatform("windows")]
internal sealed class AgentServiceLifetime(
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
