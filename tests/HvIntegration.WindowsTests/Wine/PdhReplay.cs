namespace HvIntegration.WindowsTests.Wine;

/// <summary>Our pdh.dll that answers from a recording, built once from its C source into the prefix's system folder.</summary>
public sealed class PdhReplay(WinePrefix wine) : IAsyncLifetime
{
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Builds and installs it.</summary>
    public async ValueTask InitializeAsync()
    {
        string built = Path.Join(wine.Scratch, "pdh.dll");
        (await Shell.RunAsync(
            "x86_64-w64-mingw32-gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-o", built, "tests/pdh-replay/pdh.c"], BuildTimeout)).Succeeded();
        File.Copy(built, Path.Join(wine.DriveC, "windows", "system32", "pdh.dll"), overwrite: true);
    }

    /// <summary>What a program needs in its environment to be served this recording.</summary>
    /// <param name="recording">Unix path of a PDH-CSV.</param>
    /// <param name="loops">Start over at its end.</param>
    /// <param name="late">Set that comes after so many collections, and is found after a refresh: <c>Set name|N</c>.</param>
    /// <param name="worst">An array has the status of its worst row.</param>
    /// <param name="hang">Collection that takes so many milliseconds: <c>N|MS</c>.</param>
    /// <param name="wraps">Averages have 32-bit sums that wrap.</param>
    internal static Dictionary<string, string> Serve(string recording, bool loops = false, string late = "", bool worst = false, string hang = "", bool wraps = false) => new()
    {
        ["WINEDLLOVERRIDES"] = "mshtml=;pdh=n",
        ["HVI_PDH_REPLAY"] = WinePrefix.ToWindows(recording),
        ["HVI_PDH_LOOP"] = loops ? "1" : "0",
        ["HVI_PDH_LATE"] = late,
        ["HVI_PDH_WORST"] = worst ? "1" : "0",
        ["HVI_PDH_HANG"] = hang,
        ["HVI_PDH_WRAP"] = wraps ? "1" : "0",
    };

    /// <summary>The prefix goes away with it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
