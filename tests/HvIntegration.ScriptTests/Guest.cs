using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace HvIntegration.ScriptTests;

/// <summary>The inside of a Windows guest: a PowerShell of its own, with a real folder as its drive C:.</summary>
public sealed class Guest : IDisposable
{
    private readonly HashSet<string> _members = [];
    private readonly Runspace _runspace;

    /// <summary>Starts its PowerShell.</summary>
    public Guest()
    {
        Directory.CreateDirectory(Path.Join(DriveC, "Windows", "Temp"));
        Directory.CreateDirectory(Path.Join(DriveC, "Program Files"));
        var state = InitialSessionState.CreateDefault();
        state.Variables.Add(new SessionStateVariableEntry(nameof(Guest), this, null));
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        using var shell = NewShell();
        shell.AddScript(StandIns.Read("guest.ps1"), useLocalScope: false).Invoke();
    }

    /// <summary>Folder of its drive C:.</summary>
    public string DriveC { get; } = Directory.CreateTempSubdirectory("hvi-guest-").FullName;

    /// <summary>What msiexec ends with.</summary>
    public int InstallerExitCode { get; init; }

    /// <summary>State of the service after an installation.</summary>
    public string ServiceStatus { get; init; } = "Running";

    /// <summary>A domain controller has no local groups.</summary>
    public bool RefusesGroups { get; init; }

    /// <summary>An installation went well.</summary>
    public bool IsInstalled { get; private set; }

    /// <summary>Times the service was started again by hand.</summary>
    public int Restarts { get; private set; }

    /// <summary>Each run of an installer, with its command line and what was in the package.</summary>
    public IList<string> Installations { get; } = [];

    /// <summary>Accounts in groups, as <c>GROUP MEMBER</c>.</summary>
    public IReadOnlyCollection<string> Members => _members;

    /// <summary>Packages that were left in the guest, and everything in its folder for temporary files.</summary>
    public IEnumerable<string> LeftFiles => Directory.EnumerateFiles(DriveC, "*.msi", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFileSystemEntries(Path.Join(DriveC, "Windows", "Temp")));

    /// <summary>Folders below Program Files.</summary>
    public IEnumerable<string?> ProgramFolders => Directory.EnumerateDirectories(Path.Join(DriveC, "Program Files")).Select(Path.GetFileName);

    /// <summary>Rights that were set, as the arguments of icacls.</summary>
    public IList<string> Rights { get; } = [];

    /// <summary>Rights of a folder are set before anything is in it.</summary>
    public void Protect(string arguments)
    {
        string folder = arguments[..arguments.IndexOf(" /", StringComparison.Ordinal)];
        Assert.Empty(Directory.EnumerateFileSystemEntries(ToUnix(folder)));
        Rights.Add(arguments);
    }

    /// <summary>An installer runs.</summary>
    /// <returns>Its exit code.</returns>
    public int Install(string commandLine, string package)
    {
        Installations.Add($"{commandLine} [{package}]");
        IsInstalled = InstallerExitCode is 0 or 3010;
        return InstallerExitCode;
    }

    /// <summary>An account joins a group.</summary>
    /// <returns>False: it was in it.</returns>
    public bool Join(string group, string member) => _members.Add($"{group} {member}");

    /// <summary>The service is started again.</summary>
    public void Restart(string service) => Restarts += service == "hvi-agent" ? 1 : throw new InvalidOperationException($"there is no service {service}");

    /// <summary>Unix path of one of its files.</summary>
    internal string ToUnix(string path) => Path.Join(DriveC, path["C:".Length..].Replace('\\', '/'));

    /// <summary>Runs a block of script and gives what it says; its first error is thrown, as Invoke-Command of a script that stops on errors does.</summary>
    internal IReadOnlyList<string> Run(string script, IEnumerable<object> arguments)
    {
        using var shell = NewShell();
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }

        var output = shell.Invoke();
        return shell.Streams.Error.Count == 0
            ? [.. output.Select(o => string.Create(CultureInfo.InvariantCulture, $"{o}"))]
            : throw shell.Streams.Error[0].Exception;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(DriveC, recursive: true);
    }

    private PowerShell NewShell()
    {
        var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }
}
