using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.Broker.Bundles;

/// <summary>One host second of a bundle: what came in, as it came in, and what was said then.</summary>
/// <param name="Second">Host second, Unix.</param>
/// <param name="Series">Series that come for the first time; the first of a bundle is number 0.</param>
/// <param name="Clock">Clock exchanges of the second.</param>
/// <param name="Host">Host samples of the second.</param>
/// <param name="Guest">Guest batches of the second.</param>
/// <param name="Verdicts">What was said of each VM.</param>
/// <param name="Gaps">Gaps in the data of a VM that end in this second, or last until the bundle's end.</param>
internal sealed record BundleLine(
    long Second, IReadOnlyList<BundleSeries>? Series = null, IReadOnlyList<BundleExchange>? Clock = null, IReadOnlyList<BundleHostRead>? Host = null,
    IReadOnlyList<BundleBatch>? Guest = null, IReadOnlyList<BundleVerdict>? Verdicts = null, IReadOnlyList<BundleGap>? Gaps = null);

/// <summary>A gap in the data of one VM as it was told, see <see cref="DataGap"/>.</summary>
internal sealed record BundleGap(Guid Vm, long FromSecond, long ToSecond, string Cause);

/// <summary>A series: metric of the catalog by its name, attribute values, and the counter's own name on the host's side.</summary>
internal sealed record BundleSeries(string Metric, string Instance, string? Native = null);

/// <summary>A clock exchange, see <see cref="ClockExchange"/>.</summary>
internal sealed record BundleExchange(Guid Vm, Guid Boot, long T1, long T2, long T3, long T4);

/// <summary>Host samples of one time: value n belongs to series n.</summary>
/// <param name="Vm">VM GUID; empty for the host itself.</param>
/// <param name="Form">How the values cover time.</param>
/// <param name="StartNs">See <see cref="HostSample"/>.</param>
/// <param name="EndNs">See <see cref="HostSample"/>.</param>
/// <param name="Series">Numbers of the series.</param>
/// <param name="Values">Values in base units.</param>
/// <param name="Qualities">Null when all are measured.</param>
internal sealed record BundleHostRead(
    Guid Vm, SampleForm Form, long StartNs, long EndNs, IReadOnlyList<int> Series, IReadOnlyList<double> Values, IReadOnlyList<SampleQuality>? Qualities = null);

/// <summary>A guest batch, see <see cref="GuestBatch"/>.</summary>
internal sealed record BundleBatch(
    Guid Vm, Guid Boot, ulong Sequence, long StartNs, IReadOnlyList<BundleGuestRead> Reads, long ProcessNs, IReadOnlyList<GuestProcess> Processes, int ProcessesTotal,
    long? WallNs = null);

/// <summary>Guest values of one time: value n belongs to series n.</summary>
internal sealed record BundleGuestRead(long StartNs, long EndNs, IReadOnlyList<int> Series, IReadOnlyList<double> Values);

/// <summary>What was said of one VM.</summary>
internal sealed record BundleVerdict(Guid Vm, RecordedSecond Said);
