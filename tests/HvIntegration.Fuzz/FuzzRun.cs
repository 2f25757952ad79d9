using System.Globalization;
using System.Security.Cryptography;

namespace HvIntegration.Fuzz;

/// <summary>Runs inputs against one target whose assemblies are instrumented, and keeps those that pass what none before did.</summary>
/// <param name="target">Reads them.</param>
/// <param name="coverage">Of the same assemblies.</param>
/// <param name="state">Told of each before it is begun.</param>
/// <param name="faults">Takes what should not be.</param>
/// <param name="random">Seeded.</param>
internal sealed class FuzzRun(IFuzzTarget target, Coverage coverage, RunState state, FaultFolder faults, Random random)
{
    /// <summary>Most bytes that one input may have the target allocate: far above what any bound of the readers allows.</summary>
    public const long AllocatedMax = 512L << 20;

    private const int KeptMax = 8_192;

    private readonly List<byte[]> _kept = [];
    private readonly List<byte[]> _found = [];

    /// <summary>Edges passed.</summary>
    public int Edges => coverage.Edges;

    /// <summary>Inputs kept.</summary>
    public int Kept => _kept.Count;

    /// <summary>Inputs that were made and kept in this run.</summary>
    public IReadOnlyList<byte[]> Found => _found;

    /// <summary>Runs the corpus, then changed inputs until the time is over.</summary>
    public async Task RunAsync(IEnumerable<byte[]> corpus, TimeSpan time, CancellationToken cancellation)
    {
        await target.StartAsync(cancellation);
        long began = TimeProvider.System.GetTimestamp();
        foreach (byte[] input in corpus.Concat(target.Seeds()))
        {
            await ExecuteAsync(input, cancellation);
            if (coverage.Take())
            {
                _kept.Add(input);
            }
        }

        if (_kept.Count == 0)
        {
            _kept.Add([]);
        }

        var mutator = new Mutator(random, target.Words);
        while (TimeProvider.System.GetElapsedTime(began) < time && !cancellation.IsCancellationRequested)
        {
            byte[] input = mutator.Change(Pick(), Pick());
            await ExecuteAsync(input, cancellation);
            if (coverage.Take() && _kept.Count < KeptMax)
            {
                _kept.Add(input);
                _found.Add(input);
            }
        }
    }

    /// <summary>The smallest of many inputs that together pass every edge.</summary>
    public async Task<IReadOnlyList<byte[]>> FewestAsync(IEnumerable<byte[]> inputs, CancellationToken cancellation)
    {
        await target.StartAsync(cancellation);
        var chosen = new List<byte[]>();
        foreach (byte[] input in inputs.Concat(target.Seeds()).OrderBy(i => i.Length))
        {
            await ExecuteAsync(input, cancellation);
            if (coverage.Take(edgesOnly: true))
            {
                chosen.Add(input);
            }
        }

        return chosen;
    }

    /// <summary>Name of an input's file: its sum, so that no input is there twice.</summary>
    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..16];

    // What was found last is changed most: it passed what is known least.
    private byte[] Pick() => random.Next(2) == 0 ? _kept[random.Next(_kept.Count)] : _kept[^(1 + random.Next(Math.Min(_kept.Count, 64)))];

    private async Task ExecuteAsync(byte[] input, CancellationToken cancellation)
    {
        state.Begin(input);
        long before = GC.GetTotalAllocatedBytes();
        coverage.Begin();
        try
        {
            await target.RunAsync(input, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            faults.Add(FaultFolder.KindOf(e), e.ToString(), input);
        }

        state.End();
        long allocated = GC.GetTotalAllocatedBytes() - before;
        if (allocated > AllocatedMax)
        {
            faults.Add("memory", string.Create(CultureInfo.InvariantCulture, $"{allocated >> 20} MiB allocated by one input; at most {AllocatedMax >> 20} MiB"), input);
        }
    }
}
