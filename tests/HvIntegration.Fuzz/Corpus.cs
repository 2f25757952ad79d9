namespace HvIntegration.Fuzz;

/// <summary>Inputs in the repository, a folder for each target.</summary>
internal static class Corpus
{
    private const string Variable = "HVI_REPO";

    /// <summary>Folder of a target.</summary>
    public static string FolderOf(string target) =>
        Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? Directory.GetCurrentDirectory(), "tests", "HvIntegration.Fuzz", "corpus", target);

    /// <summary>Every input of some folders, in the order of their names.</summary>
    public static IEnumerable<byte[]> Read(params IEnumerable<string> folders) =>
        folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f).Order(StringComparer.Ordinal)).Select(File.ReadAllBytes);

    /// <summary>Writes inputs by their sums.</summary>
    public static void Write(string folder, IReadOnlyList<byte[]> inputs)
    {
        if (inputs.Count > 0)
        {
            Directory.CreateDirectory(folder);
        }

        foreach (byte[] input in inputs)
        {
            File.WriteAllBytes(Path.Combine(folder, FuzzRun.NameOf(input)), input);
        }
    }

    /// <summary>Reads files once.</summary>
    /// <returns>0 when each ended as documented.</returns>
    public static async Task<int> ReplayAsync(IFuzzTarget target, IEnumerable<string> files, CancellationToken cancellation)
    {
        int status = 0;
        await using (target)
        {
            await target.StartAsync(cancellation);
            foreach (string file in files)
            {
                try
                {
                    long began = TimeProvider.System.GetTimestamp();
                    await target.RunAsync(await File.ReadAllBytesAsync(file, cancellation), cancellation);
                    Console.WriteLine($"{file}: as documented, {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms");
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Console.WriteLine($"{file}: {e}");
                    status = 1;
                }
            }
        }

        return status;
    }
}
