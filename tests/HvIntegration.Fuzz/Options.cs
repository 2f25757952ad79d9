using System.Globalization;

namespace HvIntegration.Fuzz;

/// <summary>What a run is asked for.</summary>
/// <param name="Seconds">How long.</param>
/// <param name="Seed">Of the changes.</param>
/// <param name="Faults">Where faults are kept.</param>
internal sealed record Options(int Seconds, int Seed, string Faults)
{
    /// <summary>Reads options of the command line; null when they are none.</summary>
    public static Options? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options(60, Environment.ProcessId, "fuzz-faults");
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
            {
                return null;
            }

            bool number = int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value);
            switch (arguments[i])
            {
                case "--seconds" when number:
                    options = options with { Seconds = value };
                    break;
                case "--seed" when number:
                    options = options with { Seed = value };
                    break;
                case "--faults":
                    options = options with { Faults = arguments[i + 1] };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    /// <summary>Runs one target.</summary>
    /// <returns>0 without a fault, 1 with one.</returns>
    public async Task<int> RunAsync(string target, CancellationToken cancellation)
    {
        string faults = Path.GetFullPath(Faults);
        string found = Path.Combine(faults, "found", target);
        int before = Kept(faults, target);
        await new Watcher(target, new FaultFolder(faults, target))
            .RunAsync("child-run", Seconds, [Seed.ToString(CultureInfo.InvariantCulture), faults, found], cancellation);
        return Kept(faults, target) > before ? 1 : 0;
    }

    private static int Kept(string folder, string target) => Directory.Exists(folder) ? Directory.GetFiles(folder, target + "-*.bin").Length : 0;
}
