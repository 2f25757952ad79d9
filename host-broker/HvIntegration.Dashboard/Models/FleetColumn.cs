namespace HvIntegration.Dashboard.Models;

/// <summary>A column of the fleet table.</summary>
/// <param name="Id">As the address has it.</param>
/// <param name="Group">Heading over several columns; empty without one.</param>
/// <param name="Words">Heading of the column.</param>
/// <param name="Css">CSS class of the column.</param>
/// <param name="Meaning">Tooltip, one sentence.</param>
/// <param name="Key">What it is sorted by; missing values come last.</param>
public sealed record FleetColumn(string Id, string Group, string Words, string Css, string Meaning, Func<FleetRow, IComparable?> Key)
{
    /// <summary>What the order by it is called where that is not its heading.</summary>
    public string? Sorted { get; init; }

    /// <summary>Heading that stands alone.</summary>
    public string Full => Sorted ?? (Group.Length > 0 ? $"{Group} {Words}" : Words);

    /// <summary>Puts rows in order.</summary>
    public List<FleetRow> Order(IEnumerable<FleetRow> rows, bool descending)
    {
        var known = rows.OrderBy(r => Key(r) is null);
        var ordered = descending ? known.ThenByDescending(Key) : known.ThenBy(Key);
        return [.. ordered.ThenBy(r => r.Name, StringComparer.OrdinalIgnoreCase).ThenBy(r => r.Id)];
    }
}
