namespace HvIntegration.Cli.Report;

/// <summary>One mirrored chart: what the guest said above the axis, what the host measured below it, in one unit and one scale.</summary>
/// <param name="Title">Heading of the chart.</param>
/// <param name="Unit">UCUM unit of every line.</param>
/// <param name="Inside">Signals above the axis.</param>
/// <param name="Outside">Signals below the axis.</param>
internal sealed record ReportChart(string Title, string Unit, IReadOnlyList<string> Inside, IReadOnlyList<string> Outside);
