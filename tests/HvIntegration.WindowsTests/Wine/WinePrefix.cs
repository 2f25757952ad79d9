using System.Diagnostics;

namespace HvIntegration.WindowsTests.Wine;

/// <summary>A fresh Windows for one run of the tests: a Wine prefix in a temporary folder, made once, removed at the end.</summary>
/// <remarks>
/// Wine's own implementation answers every call: what it answers is executed proof of the call's shape (sizes, offsets, buffer
/// protocol), not of a real Windows kernel's numbers. docs/windows-verification.md says which call is proved how.
/// </remarks>
public sealed class WinePrefix : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-wine-").FullName;

    /// <summary>The loader; the <c>wine</c> script of the distribution only chooses between 32 and 64 bits.</summary>
    public static string Loader => "/usr/lib/wine/wine64";

    /// <summary>Unix path of drive C:.</summary>
    public string DriveC => Path.Join(_folder, "prefix", "drive_c");

    /// <summary>Folder for the tests' own files, removed with the prefix. On drive C: what lies below /tmp anybody may replace, says Wine of drive Z:, and no broker believes it.</summary>
    public string Scratch => Path.Join(DriveC, "scratch");

    /// <summary>What every program of the prefix gets in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["WINEPREFIX"] = Path.Join(_folder, "prefix"),
        ["WINEDEBUG"] = "-all",
        // No browser engine and no window: nothing of ours needs them, and each would ask for a download or a display.
        // Wine's own pdh.dll, whatever lies in the system folder: the tests with recorded counters ask for theirs.
        ["WINEDLLOVERRIDES"] = "mshtml=;pdh=b",
        ["DISPLAY"] = "",
        ["DOTNET_gcServer"] = "0",
        // Pages mapped twice, once to write and once to run, crash the runtime under Wine when a dynamic method is finalised.
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    /// <summary>The name that Windows programs know a Unix path by: on drive C: of its prefix, else on drive Z:, which is the root folder.</summary>
    public static string ToWindows(string unixPath)
    {
        const string DriveFolder = "/prefix/drive_c/";
        string full = Path.GetFullPath(unixPath);
        int drive = full.IndexOf(DriveFolder, StringComparison.Ordinal);
        return (drive < 0 ? "Z:" + full : "C:/" + full[(drive + DriveFolder.Length)..]).Replace('/', '\\');
    }

    /// <summary>Makes the prefix.</summary>
    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Loader), $"{Loader} is missing: ./test installs it (Debian package wine64)");
        // The first program of a prefix makes it. To run "wineboot -i" would make it twice: a second service manager would start beside
        // the first, each with services that the other does not know, and who asks meets the one or the other.
        await RunAsync("cmd", ["/c", "exit"], StartTimeout);
        Assert.True(Directory.Exists(DriveC), "Wine made no drive C:");
        Directory.CreateDirectory(Scratch);
    }

    /// <summary>Ends the prefix's own server, with it every program in the prefix, and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await Shell.RunAsync("/usr/lib/wine/wineserver64", ["-k"], StartTimeout, Environment);
        await Shell.RunAsync("/usr/lib/wine/wineserver64", ["-w"], StartTimeout, Environment);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs a Windows program to its end.</summary>
    /// <param name="program">Unix path of an .exe, or the name of one of Wine's own.</param>
    /// <param name="arguments">As they are.</param>
    /// <param name="timeout">After it the program is killed and the test fails.</param>
    /// <param name="environment">Added to the prefix's.</param>
    internal Task<ShellResult> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan timeout, IReadOnlyDictionary<string, string>? environment = null) =>
        Shell.RunAsync(Loader, [program, .. arguments], timeout, Merge(environment));

    /// <summary>Starts a Windows program that goes on; its output goes to a file.</summary>
    /// <param name="log">Unix path; appended to.</param>
    /// <param name="program">Unix path of an .exe.</param>
    /// <param name="arguments">As they are.</param>
    /// <param name="environment">Added to the prefix's.</param>
    internal Process Start(string log, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The shell sends the output to a file and then becomes the loader, so that the process number is the program's.
        var start = new ProcessStartInfo("bash") { UseShellExecute = false };
        foreach (string argument in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, Loader, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Merge(environment))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private Dictionary<string, string> Merge(IReadOnlyDictionary<string, string>? more)
    {
        var all = new Dictionary<string, string>(Environment);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return all;
    }
}
