using System.Runtime.CompilerServices;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Tests.Compatibility;

/// <summary>The committed contract: what was there stays as it was; what is new is written down in the same change.</summary>
public sealed class DescriptorBaselineTests
{
    private const string Update = "HVI_UPDATE_BASELINE=1 in the environment of this test rewrites it; review the difference";

    [Fact]
    public void Contract_AgainstBaseline_NothingIsRemovedRenumberedRetypedOrRenamed() =>
        Compare("hvintegration.v1.txt", DescriptorText.Lines(TelemetryReflection.Descriptor));

    [Fact]
    public void Metrics_AgainstBaseline_NoIdChangesItsMeaning() => Compare(
        "metrics.txt",
        [.. GuestMetrics.All.Concat(HostMetrics.All).OrderBy(m => m.Id).Select(m => FormattableString.Invariant(
            $"metric {m.Id:0000} {m.Name} {m.Unit} {m.Form.ToString().ToLowerInvariant()} scale={m.Scale} attributes={string.Join(',', m.Attributes)}"))]);

    [Fact]
    public void Difference_RemovedRenumberedRetypedAndAdded_AreToldApart()
    {
        // Arrange
        string[] baseline = ["a 1 x uint32", "a 2 y uint32"];
        // Act and assert
        AssertDifference(baseline, ["a 1 x uint32"], ["a 2 y uint32"], []);
        AssertDifference(baseline, ["a 1 x uint32", "a 2 y string"], ["a 2 y uint32"], ["a 2 y string"]);
        AssertDifference(baseline, [.. baseline, "a 3 z uint32"], [], ["a 3 z uint32"]);
    }

    private static void AssertDifference(string[] baseline, string[] now, string[] broken, string[] added)
    {
        var difference = Difference(baseline, now);
        Assert.Equal(broken, difference.Broken);
        Assert.Equal(added, difference.Added);
    }

    private static (string[] Broken, string[] Added) Difference(IReadOnlyCollection<string> baseline, IReadOnlyCollection<string> now) =>
        ([.. baseline.Except(now)], [.. now.Except(baseline)]);

    private static void Compare(string file, IReadOnlyList<string> now)
    {
        string path = Path.Combine(Folder(), file);
        if (Environment.GetEnvironmentVariable("HVI_UPDATE_BASELINE") == "1")
        {
            File.WriteAllText(path, string.Join('\n', now) + "\n");
            return;
        }

        var (broken, added) = Difference(File.ReadAllLines(path), now);
        Assert.True(
            broken.Length == 0,
            $"A breaking change of the wire (removed, renumbered, retyped or renamed) needs a new major version, not an edit. Not as {path} has it:\n{string.Join('\n', broken)}\nnow:\n{string.Join('\n', added)}");
        Assert.True(added.Length == 0, $"New in the contract but not in {path} (raise ProtocolVersion.Minor with it; {Update}):\n{string.Join('\n', added)}");
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "protocol", "HvIntegration.Protocol", "baseline"));
}
