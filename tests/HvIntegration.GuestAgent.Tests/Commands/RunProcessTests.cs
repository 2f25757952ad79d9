using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace HvIntegration.GuestAgent.Tests.Commands;

/// <summary><c>hvi-agent run</c> as the service manager sees it: a process, a signal, an exit status.</summary>
public sealed class RunProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-run-").FullName;

    public RunProcessTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "stops the agent with a signal");

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Run_StoppedByASignal_EndsWithStatusZeroAndNoError(string signal)
    {
        // Arrange: somebody who takes the dial and never answers.
        string path = Path.Join(_folder, "broker.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        string[] line = [Path.Join(AppContext.BaseDirectory, "hvi-agent.dll"), "run", "--broker", "unix://" + path, "--priority", "normal"];
        using var agent = Process.Start(new ProcessStartInfo("dotnet", line) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            Task<string> output = agent.StandardOutput.ReadToEndAsync(patience.Token);
            Task<string> error = agent.StandardError.ReadToEndAsync(patience.Token);
            using Socket dialled = await listener.AcceptAsync(patience.Token);

            // Act
            using var kill = Process.Start("kill", ["-" + signal, agent.Id.ToString(CultureInfo.InvariantCulture)]);
            await agent.WaitForExitAsync(patience.Token);

            // Assert
            Assert.True(agent.ExitCode == 0, $"status {agent.ExitCode}\n{await output}\n{await error}");
            Assert.DoesNotContain("xception", await output + await error, StringComparison.Ordinal);
        }
        finally
        {
            if (!agent.HasExited)
            {
                agent.Kill();
            }
        }
    }
}
