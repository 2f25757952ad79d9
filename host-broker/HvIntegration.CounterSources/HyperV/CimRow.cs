using System.Globalization;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Properties of one management object, by name in any case.</summary>
/// <remarks>Values: string, long, double, bool, string[], long[]; 64-bit numbers come as text. null when the object has no value.</remarks>
internal sealed class CimRow
{
    private readonly Dictionary<string, object?> _properties = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets or reads a property; null when it is not there.</summary>
    public object? this[string name]
    {
        get => _properties.GetValueOrDefault(name);
        set => _properties[name] = value;
    }

    /// <summary>Names of the properties that the object has.</summary>
    public IEnumerable<string> Names => _properties.Keys;

    /// <summary>Text; empty when there is none.</summary>
    public string Text(string name) => this[name] switch
    {
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => "",
    };

    /// <summary>Number; null when it is none.</summary>
    public long? Number(string name) => this[name] switch
    {
        long number => number,
        double number => (long)number,
        bool flag => flag ? 1 : 0,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
        string text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) => unchecked((long)number),
        _ => null,
    };

    /// <summary>Truth; null when not told.</summary>
    public bool? Flag(string name) => this[name] switch
    {
        bool flag => flag,
        long number => number != 0,
        string text when bool.TryParse(text, out bool flag) => flag,
        _ => null,
    };

    /// <summary>Array of text; empty when there is none.</summary>
    public IReadOnlyList<string> Texts(string name) => this[name] as string[] ?? [];

    /// <summary>Array of numbers; empty when there is none.</summary>
    public IReadOnlyList<long> Numbers(string name) => this[name] as long[] ?? [];
}
