namespace HvIntegration.Dashboard.Charts;

/// <summary>One chart of a stack that shares its time axis.</summary>
/// <param name="Id">Stable name of the panel.</param>
/// <param name="Title">Heading of the chart.</param>
/// <param name="Axis">What the axis counts, with its unit.</param>
/// <param name="Unit">UCUM unit of the drawn series.</param>
/// <param name="Mirrored">Guest above the axis, host below it; else everything above.</param>
/// <param name="Full">Value at the edge of the axis when it is fixed; null when it follows the data.</param>
/// <param name="Series">What is drawn and what is only written.</param>
public sealed record PanelSpec(string Id, string Title, string Axis, string Unit, bool Mirrored, double? Full, IReadOnlyList<SeriesSpec> Series);

/// <summary>One series of a chart.</summary>
/// <param name="Id">Id of the signal.</param>
/// <param name="Label">Text for the user.</param>
/// <param name="Side">guest (above) or host (below).</param>
/// <param name="Kind">area, line, echo (the other side's number, dotted) or text (written, not drawn).</param>
/// <param name="Unit">UCUM unit of the value.</param>
/// <param name="Color">Name of the style sheet's colour.</param>
/// <param name="Stacked">Stands on the series before it.</param>
/// <param name="Meaning">One sentence, shown on demand.</param>
public sealed record SeriesSpec(string Id, string Label, string Side, string Kind, string Unit, string Color, bool Stacked = false, string Meaning = "");
