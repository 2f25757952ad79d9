using System.Diagnostics;
using System.Globalization;
using HvIntegration.Fuzz;

namespace HvIntegration.FuzzTests;

/// <summary>The corpus, read as any test reads its inputs; and a short run of each target with changed inputs.</summary>
public sealed class FuzzTests
{
    // Seconds of each target; 0 leaves the runs out. All run at once and share the processors.
    private const string SecondsVariable = "HVI_FUZZ_SECONDS";
    private const int SecondsDefault = 60;
    private static readonly TimeSpan InputMax = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Corpus_EachInput_EndsAsDocumented(string name)
    {
        await using var target = FuzzTargets.Create(name)!;
        byte[][] inputs = [.. Corpus.Read(Corpus.FolderOf(name)), .. target.Seeds()];
        Assert.NotEmpty(Corpus.Read(Corpus.FolderOf(name)));

        await target.StartAsync(Cancellation);
        foreach (byte[] input in inputs)
        {
            long began = TimeProvider.System.GetTimestamp();
            await target.RunAsync(input, Cancellation);
            Assert.True(TimeProvider.System.GetElapsedTime(began) < InputMax, $"{name} {FuzzRun.NameOf(input)} took {TimeProvider.System.GetElapsedTime(began)}");
        }
    }

    [Fact]
    public void Corpus_IsSmall() =>
        Assert.InRange(FuzzTargets.Names.SelectMany(n => Corpus.Read(Corpus.FolderOf(n))).Sum(i => (long)i.Length), 1, 2 << 20);

    [Fact]
    public async Task Run_EachTargetForAWhile_FindsNoFault()
    {
        int seconds = int.TryParse(Environment.GetEnvironmentVariable(SecondsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int asked) ? asked : SecondsDefault;
        Assert.SkipWhen(seconds == 0, $"{SecondsVariable} is 0");
        var said = new List<string>();
        await Parallel.ForEachAsync(FuzzTargets.Names, new ParallelOptions { MaxDegreeOfParallelism = FuzzTargets.Names.Count, CancellationToken = Cancellation }, async (name, cancellation) =>
        {
            var (status, text) = await RunAsync([name, "--seconds", seconds.ToString(CultureInfo.InvariantCulture)], cancellation);
            Console.Write(text);
            lock (said)
            {
                said.Add($"{status} {text}");
            }
        });

        Assert.All(said, text => Assert.StartsWith("0 ", text, StringComparison.Ordinal));
        Assert.All(said, text => Assert.Matches(@"\d+ executions in \d+ s .* [1-9]\d+ edges", text));
    }

    private static async Task<(int Status, string Text)> RunAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(FuzzTargets).Assembly.Location);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        string text = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, text + await errors);
    }
}
