using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Commands;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>A command of <c>hvi</c> that has ended, run in this process.</summary>
/// <param name="Status">Exit status.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record ConsoleRun(int Status, string Output, string Errors)
{
    /// <summary>All that it wrote.</summary>
    public string Text => Output + Errors;

    /// <summary>Runs a command to its end.</summary>
    public static async Task<ConsoleRun> RunAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        int status = await HviCommand.RunAsync(args, output, errors, TestContext.Current.CancellationToken);
        return new ConsoleRun(status, output.ToString(), errors.ToString());
    }

    /// <summary>Output of a command that did its work, whether it found something or not.</summary>
    public static async Task<string> OutputAsync(params string[] args)
    {
        var run = await RunAsync(args);
        Assert.True(run.Status is ExitStatus.Ok or ExitStatus.Finding, $"{string.Join(' ', args)}: {run.Status} {run.Text}");
        return run.Output;
    }
}
