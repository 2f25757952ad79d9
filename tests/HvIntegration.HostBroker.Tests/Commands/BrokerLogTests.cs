using HvIntegration.HostBroker.Commands;
using System.Diagnostics;
using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.Commands;

public sealed class BrokerLogTests
{
    [Fact]
    public async Task Broker_LogJson_PrintsOneObjectALineAndNothingElse()
    {
        string folder = Directory.CreateTempSubdirectory("hvi-log-").FullName;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])[typeof(HviCommand).Assembly.Location, "broker", "--source", "simulated", "--api", "http://127.0.0.1:0", "--history", folder, "--log", "json"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            string? message = "";
            while (message?.Contains("The API answers at", StringComparison.Ordinal) != true)
            {
                string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
                Assert.NotNull(line);
                using var json = JsonDocument.Parse(line);
                message = json.RootElement.GetProperty("Message").GetString();
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Directory.Delete(folder, recursive: true);
        }
    }
}
