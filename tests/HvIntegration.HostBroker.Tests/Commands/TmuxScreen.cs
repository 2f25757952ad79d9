using System.Diagnostics;
using System.Text;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>A real terminal of 80x24 (tmux with a server of its own) with one program in it.</summary>
internal sealed class TmuxScreen : IAsyncDisposable
{
    public const int Width = 80;
    public const int Height = 24;

    private const string EndedSign = "ended with status ";
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-tmux-").FullName;

    /// <summary>Starts a program.</summary>
    /// <param name="environment">Variables as NAME=VALUE.</param>
    /// <param name="command">Program and arguments.</param>
    public static async Task<TmuxScreen> StartAsync(IEnumerable<string> environment, params string[] command)
    {
        var screen = new TmuxScreen();
        await screen.TmuxAsync(["-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", $"{Width}", "-y", $"{Height}", "cat"]);
        await screen.TmuxAsync(["set-option", "-g", "status", "off"]);
        // The shell stays when the program has ended, so what it left can be seen, and says how it ended: tmux itself loses that now and then.
        // Ctrl+C goes to both: the program is to end of it, the shell is not.
        string[] shell = ["sh", "-c", $"trap : INT; \"$@\"; echo \"{EndedSign}$?.\"; exec cat", "sh"];
        await screen.TmuxAsync(["respawn-pane", "-k", "-t", "t", .. shell, "env", .. environment, .. command]);
        return screen;
    }

    /// <summary>What is on the screen now.</summary>
    /// <param name="escapes">Keeps colours as escape codes.</param>
    public Task<string> CaptureAsync(bool escapes = false) => TmuxAsync(escapes ? ["capture-pane", "-p", "-e", "-t", "t"] : ["capture-pane", "-p", "-t", "t"]);

    /// <summary>Presses keys, as tmux names them.</summary>
    public Task PressAsync(params string[] keys) => TmuxAsync(["send-keys", "-t", "t", .. keys]);

    /// <summary>Waits for a screen and gives it.</summary>
    public async Task<string> WaitAsync(Func<string, bool> shows, string what)
    {
        string screen = "";
        long began = TimeProvider.System.GetTimestamp();
        while (!shows(screen = await CaptureAsync()))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < WaitMax, $"{what} never came; the screen is:\n{screen}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return screen;
    }

    /// <summary>Waits until the program has ended and gives its exit status.</summary>
    public async Task<int> ExitStatusAsync()
    {
        string screen = await WaitAsync(s => s.Contains(EndedSign, StringComparison.Ordinal), "the end of the program");
        string status = screen[(screen.IndexOf(EndedSign, StringComparison.Ordinal) + EndedSign.Length)..];
        return int.Parse(status[..status.IndexOf('.', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await TmuxAsync(["kill-server"]);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> TmuxAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("tmux") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8 };
        start.ArgumentList.Add("-u");
        start.ArgumentList.Add("-S");
        start.ArgumentList.Add(Path.Combine(_folder, "s"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("TMUX");
        start.Environment.Remove("NO_COLOR");
        using var tmux = Process.Start(start)!;
        var errors = tmux.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await tmux.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tmux.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(tmux.ExitCode == 0, $"tmux {string.Join(' ', arguments)}: {await errors}");
        return output;
    }
}
