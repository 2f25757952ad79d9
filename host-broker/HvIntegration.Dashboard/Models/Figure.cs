
namespace HvIntegration.Dashboard.Models;

/// <summary>One number as a page shows it.</summary>
/// <param name="Value">In <paramref name="Unit"/>; null when it is not measured.</param>
/// <param name="Unit">UCUM unit; shares are "1".</param>
/// <param name="Quality">measured, estimated, stale or missing.</param>
/// <param name="Source">Native counters it comes from, or why it is missing.</param>
public sealed record Figure(double? Value, string Unit, string Quality, string Source)
{
    /// <summary>A value that was not measured.</summary>
    public static Figure None { get; } = new(null, "1", "missing", "not measured");

    /// <summary>Value and unit; a dash when it is not measured. Estimated values are marked.</summary>
    public string Text => Value is { } v ? (Quality == "estimated" ? "~" : "") + Quantity.Text(v, Unit) : "–";

    /// <summary>The value held between 0 and 1, for bars.</summary>
    public double Bar => Value is { } v && double.IsFinite(v) ? Math.Clamp(v, 0, 1) : 0;
}
