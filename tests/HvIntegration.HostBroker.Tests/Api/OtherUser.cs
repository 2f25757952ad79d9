using System.Diagnostics;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>Runs what another account of this machine would: <c>nobody</c>, by its number, in no group but one named.</summary>
internal static class OtherUser
{
    public const string Nobody = "65534";

    /// <summary>Root alone may be another account.</summary>
    public static void Needed() => Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root, to be another account too");

    /// <summary>Sends a request over a new connection and gives all of the answer.</summary>
    public static async Task<string> AskAsync(int port, string request, string user = Nobody)
    {
        const string Script = """exec 3<>"/dev/tcp/127.0.0.1/$0"; printf '%b' "$1" >&3; cat <&3""";
        return (await RunAsync(user, "bash", ["-c", Script, port.ToString(System.Globalization.CultureInfo.InvariantCulture), request])).Output;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Status, string Output)> RunAsync(string user, string program, string[] arguments, string? group = null)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (string argument in (string[])["--reuid=" + user, "--regid=" + user, group is null ? "--clear-groups" : "--groups=" + group, "--inh-caps=-all", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = "/";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("setpriv did not start");
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TestBrokerWait);
        return (process.ExitCode, output + await errors);
    }

    private static readonly TimeSpan TestBrokerWait = TimeSpan.FromSeconds(60);
}
