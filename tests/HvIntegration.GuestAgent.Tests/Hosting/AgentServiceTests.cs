using Microsoft.Extensions.Hosting.Internal;
using HvIntegration.Protocol.Service;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Tests.Hosting;

/// <summary>What the service manager learns when the agent ends.</summary>
public sealed class AgentServiceTests
{
    [Fact]
    public async Task Execute_IdentityCannotBeRead_EndsWithTheCodeOnWhichTheServiceManagerRestarts()
    {
        // Arrange
        string root = Directory.CreateTempSubdirectory("hvi-root-").FullName;
        var options = new AgentOptions { Root = root, Broker = TransportAddress.Parse($"unix://{root}/no.sock", 1) };
        var fault = new ServiceFault();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        using var service = new AgentService(
            options, Transports.For(options.Broker, options.ToTransportOptions()), TimeProvider.System, new Random(1), NullLoggerFactory.Instance, lifetime, fault);
        // Act
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await service.StartAsync(TestContext.Current.CancellationToken);
            await service.ExecuteTask!;
        });
        Directory.Delete(root);
        // Assert
        Assert.Equal(1064, fault.ExitCode);
    }

    [Fact]
    public void ExitCode_NoError_IsZero() => Assert.Equal(0, new ServiceFault().ExitCode);
}
