using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests;

/// <summary>What the service manager sees of a broker that ends by an error: a status on which its recovery actions run.</summary>
public sealed class ServiceFaultTests(WinePrefix wine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Service_BrokerCannotStart_IsSeenAsFailedByTheServiceManager()
    {
        // Arrange
        const string name = "hvi-fault";
        string program = WinePrefix.ToWindows(await WindowsPrograms.BrokerAsync());
        string status = Path.Join(wine.Scratch, "service-status.exe");
        (await Shell.RunAsync(
            "x86_64-w64-mingw32-gcc", ["-Wall", "-Wextra", "-Werror", "-o", status, "tests/HvIntegration.WindowsTests/Wine/service-status.c"], Patience)).Succeeded();
        (await wine.RunAsync("sc", ["create", name, "binPath=", $"\"{program}\" broker --set Nothing:Like=this"], Patience)).Succeeded();
        // Act
        string[] seen = (await wine.RunAsync(status, [name], Patience)).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await wine.RunAsync("sc", ["delete", name], Patience);
        // Assert: it answered the service manager first, and its end is an error.
        Assert.Contains("4 0", seen);
        Assert.Equal("1 1064", seen[^1]);
    }
}
