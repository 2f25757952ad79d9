using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace HvIntegration.HostBroker.Settings;

/// <summary>What may stand at one place of the settings: a section, a value, a list, or a map with names that the administrator chooses.</summary>
/// <remarks>Made from the options' properties, so that a setting is known as soon as it has a property.</remarks>
internal sealed class SettingNode
{
    private readonly Type _type;
    private readonly RangeAttribute? _range;
    private readonly Dictionary<string, SettingNode> _children = new(StringComparer.OrdinalIgnoreCase);

    private SettingNode(Type type, RangeAttribute? range)
    {
        _type = Nullable.GetUnderlyingType(type) ?? type;
        _range = range;
        if (ItemOf(typeof(IDictionary<,>)) is { } entry)
        {
            (IsMap, Item) = (true, new SettingNode(entry, null));
        }
        else if (_type != typeof(string) && ItemOf(typeof(ICollection<>)) is { } item)
        {
            (IsList, Item) = (true, new SettingNode(item, null));
        }
        else if (_type.IsClass && _type != typeof(string))
        {
            IsSection = true;
            foreach (var property in _type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                var child = new SettingNode(property.PropertyType, property.GetCustomAttribute<RangeAttribute>());
                if (property.GetSetMethod() is not null || child.IsList || child.IsMap)
                {
                    _children[property.Name] = child;
                }
            }
        }
    }

    /// <summary>True for a place with named settings below it.</summary>
    public bool IsSection { get; }

    /// <summary>True for a place with numbered items below it.</summary>
    public bool IsList { get; }

    /// <summary>True for a place where any name may stand.</summary>
    public bool IsMap { get; }

    /// <summary>What each item of a list or map is; null for others.</summary>
    public SettingNode? Item { get; }

    /// <summary>Names of a section's settings; empty for others.</summary>
    public IReadOnlyCollection<string> Names => _children.Keys;

    /// <summary>The tree of an options class.</summary>
    public static SettingNode Of<T>() => new(typeof(T), null);

    /// <summary>The place one step below.</summary>
    /// <param name="name">Any letter case; a number for a list.</param>
    /// <returns>Null when there is none.</returns>
    public SettingNode? Find(string name) =>
        IsMap ? Item
        : IsList ? int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? Item : null
        : _children.GetValueOrDefault(name);

    /// <summary>A setting's name as its class spells it.</summary>
    public string Spelling(string name) => _children.Keys.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;

    /// <summary>What is wrong with a text as this place's value.</summary>
    /// <returns>What is needed, as "a whole number from 1 to 16 is needed"; null when the text can be taken.</returns>
    public string? Fault(string text)
    {
        if (IsSection || IsMap || IsList)
        {
            return Needed;
        }

        try
        {
            TypeDescriptor.GetConverter(_type).ConvertFromInvariantString(text);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return Needed;
        }
    }

    /// <summary>The valid form of the value, as the second half of an error message.</summary>
    public string Needed => "use " + Kind + (_range is { } range ? string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} to {range.Maximum}") : "");

    private string Kind => this switch
    {
        { IsSection: true } => "an object with settings",
        { IsMap: true } => "an object with a name for each value",
        { IsList: true } => "a list",
        _ when _type == typeof(bool) => "true or false",
        _ when _type.IsEnum => string.Join(", ", Enum.GetNames(_type)[..^1]) + " or " + Enum.GetNames(_type)[^1],
        _ when _type == typeof(Guid) => "a GUID such as 11111111-2222-3333-4444-555555555555",
        _ when _type == typeof(double) => "a number",
        _ when _type == typeof(int) || _type == typeof(long) => "a whole number",
        _ => "a text",
    };

    // The element type of a collection; the value type of a dictionary.
    private Type? ItemOf(Type generic) =>
        _type.GetInterfaces().Append(_type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == generic)?.GetGenericArguments()[^1];
}
