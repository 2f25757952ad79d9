using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;

namespace HvIntegration.ScriptTests;

/// <summary>What an administrator sees of one run of install-guests.ps1: the file itself, unchanged, in a hosted PowerShell.</summary>
/// <param name="ExitCode">Its exit status.</param>
/// <param name="Output">Its lines.</param>
/// <param name="Errors">Lines in red, and error records.</param>
/// <param name="Console">Other lines on the console.</param>
internal sealed record InstallGuestsRun(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors, IReadOnlyList<string> Console)
{
    /// <summary>Path of the script.</summary>
    public static string Script => Path.Join(RepositoryFolder.Path, "deploy", "packages", "install-guests.ps1");

    /// <summary>An account, with the password that the guests of a scene know.</summary>
    public static PSCredential Credential()
    {
        var password = new SecureString();
        foreach (char c in HyperVScene.Password)
        {
            password.AppendChar(c);
        }

        return new PSCredential("Administrator", password);
    }

    /// <summary>Runs it.</summary>
    public static InstallGuestsRun Run(HyperVScene scene, IReadOnlyDictionary<string, object> parameters)
    {
        var state = InitialSessionState.CreateDefault();
        state.Variables.Add(new SessionStateVariableEntry("Scene", scene, null));
        state.ImportPSModule([StandIns.PathOf("Hyper-V.psm1")]);
        var console = new AdministratorConsole();
        using var runspace = RunspaceFactory.CreateRunspace(console, state);
        runspace.Open();
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(StandIns.Read("host.ps1"), useLocalScope: false).Invoke();
        shell.Commands.Clear();
        shell.AddCommand(Script);
        foreach (var (name, value) in parameters)
        {
            shell.AddParameter(name, value);
        }

        var output = shell.Invoke();
        int exitCode = Convert.ToInt32(runspace.SessionStateProxy.GetVariable("LASTEXITCODE"), CultureInfo.InvariantCulture);
        return new InstallGuestsRun(
            exitCode, [.. output.Select(o => $"{o}")], [.. console.Errors, .. shell.Streams.Error.Select(e => $"{e}")], console.Lines);
    }
}
