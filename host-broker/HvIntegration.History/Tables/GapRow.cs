using HvIntegration.Model;

namespace HvIntegration.History.Tables;

/// <summary>What was said of a gap in one second; the newest word counts.</summary>
/// <param name="Partition">VM GUID.</param>
/// <param name="Second">Host second of the report that told it: the window it is rolled up with.</param>
/// <param name="Gap">The gap as it was known then.</param>
internal readonly record struct GapRow(Guid Partition, long Second, DataGap Gap);
