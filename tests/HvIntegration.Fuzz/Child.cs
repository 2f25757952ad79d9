using System.Globalization;

namespace HvIntegration.Fuzz;

/// <summary>The process that runs inputs.</summary>
internal static class Child
{
    // The corpus is in the repository: small, whatever was found.
    private const int CorpusBytesMax = 300 * 1024;

    /// <summary>Runs changed inputs and prints what it came to.</summary>
    public static async Task<int> RunAsync(string name, string stateFile, int seconds, int seed, string faultFolder, string foundFolder, CancellationToken cancellation)
    {
        // First of all: whatever of ours runs writes into its map, the making of a target too.
        var coverage = new Coverage();
        await using var target = FuzzTargets.Create(name)!;
        using var state = RunState.Open(stateFile);
        var faults = new FaultFolder(faultFolder, name);
        var run = new FuzzRun(target, coverage, state, faults, new Random(seed));
        long began = TimeProvider.System.GetTimestamp();
        await run.RunAsync(Corpus.Read(Corpus.FolderOf(name), foundFolder), TimeSpan.FromSeconds(seconds), cancellation);
        double took = Math.Max(0.001, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        Corpus.Write(foundFolder, run.Found);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {state.Executions} executions in {took:0} s ({state.Executions / took:0} a second), {run.Edges} edges, {run.Kept} inputs kept, {faults.Count} kinds of fault, seed {seed}"));
        return 0;
    }

    /// <summary>Writes the corpus anew.</summary>
    /// <param name="name">Target.</param>
    /// <param name="stateFile">Told of each input.</param>
    /// <param name="folders">The corpus, then folders with more inputs.</param>
    /// <param name="cancellation">Gives up; the corpus stays.</param>
    public static async Task<int> MinimiseAsync(string name, string stateFile, IReadOnlyList<string> folders, CancellationToken cancellation)
    {
        // First of all: whatever of ours runs writes into its map, the making of a target too.
        var coverage = new Coverage();
        await using var target = FuzzTargets.Create(name)!;
        using var state = RunState.Open(stateFile);
        var run = new FuzzRun(target, coverage, state, new FaultFolder("fuzz-faults", name), new Random(1));
        var chosen = await run.FewestAsync(Corpus.Read([.. folders]), cancellation);
        int bytes = 0;
        byte[][] fitting = [.. chosen.TakeWhile(c => (bytes += c.Length) <= CorpusBytesMax)];
        if (Directory.Exists(folders[0]))
        {
            Directory.Delete(folders[0], recursive: true);
        }

        Corpus.Write(folders[0], fitting);
        Console.WriteLine($"{name}: {fitting.Length} inputs, {fitting.Sum(f => f.Length)} bytes, {run.Edges} edges");
        return 0;
    }
}
