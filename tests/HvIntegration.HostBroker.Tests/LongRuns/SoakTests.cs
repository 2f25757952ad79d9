using System.Diagnostics;

namespace HvIntegration.HostBroker.Tests.LongRuns;

/// <summary>The short form of <c>bench/soak</c>: a process of its own, because memory is measured.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Broker_TwoHoursOfEightVmsThatComeAndGo_NothingGrows()
    {
        // The database's own memory settles only after hours: this form looks for what grows by more, and at every table.
        using var run = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "HvIntegration.Soak.dll"), "--hours", "2", "--vms", "8", "--step", "20", "--every", "10", "--warm-up", "0.8",
                "--second-hours", "2", "--memory-max", "96", "--growth-max", "0.25", "--minutes", "6",
            ]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var end = TestContext.Current.CancellationToken.Register(() => run.Kill());
        var errors = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string told = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);

        output.WriteLine(told);
        Assert.True(run.ExitCode == 0, $"{told}\n{await errors}");
    }
}
