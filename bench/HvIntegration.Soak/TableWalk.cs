using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace HvIntegration.Soak;

/// <summary>Finds every collection that the broker's objects hold, and counts what is in it: no table can be forgotten here.</summary>
/// <remarks>Walks the fields of the product's own types from some roots on. Call it while nothing runs.</remarks>
internal sealed class TableWalk
{
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Fields = new();
    private static readonly ConcurrentDictionary<Type, bool> Interesting = new();

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(object Value, string Where)> _open = new();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Entries of all collections by the field that holds them, summed over all objects.</summary>
    public static IReadOnlyDictionary<string, long> Count(IEnumerable<object> roots)
    {
        var walk = new TableWalk();
        foreach (object root in roots)
        {
            walk.Push(root, root.GetType().Name);
        }

        while (walk._open.TryPop(out var next))
        {
            walk.Visit(next.Value, next.Where);
        }

        return walk._counts;
    }

    private static bool IsProduct(Type type) =>
        type.Assembly.GetName().Name is { } name && (name == "hvi" || (name.StartsWith("HvIntegration", StringComparison.Ordinal) && name != "HvIntegration.Soak"));

    private static bool MayHold(Type type) => Interesting.GetOrAdd(type, static t =>
        !t.IsPrimitive && !t.IsEnum && !t.IsPointer && !t.IsByRef && !t.IsByRefLike && t != typeof(string) && t != typeof(Guid) && !typeof(Delegate).IsAssignableFrom(t) && !typeof(MemberInfo).IsAssignableFrom(t)
        && !typeof(Task).IsAssignableFrom(t) && (t.Namespace is not "Google.Protobuf" and not "DuckDB.NET.Data")
        && (!t.IsValueType || IsProduct(t) || t.IsGenericType)
        && (!t.IsArray || MayHold(t.GetElementType()!)));

    // A class within a generic one is generic without a mark of its own.
    private static string NameOf(Type type) => type.Name.Split('`')[0];

    private void Push(object? value, string where)
    {
        if (value is not null && MayHold(value.GetType()) && (value.GetType().IsValueType || _seen.Add(value)))
        {
            _open.Push((value, where));
        }
    }

    private void Visit(object value, string where)
    {
        var type = value.GetType();
        if (value is IEnumerable items && !IsProduct(type))
        {
            int count = CountOf(value, type);
            if (count >= 0)
            {
                if (!type.IsArray)
                {
                    _counts[where] = _counts.GetValueOrDefault(where) + count;
                }

                foreach (object? item in items)
                {
                    Element(item, where);
                }
            }

            return;
        }

        if (IsProduct(type) || (type.IsValueType && type.IsGenericType))
        {
            foreach (var field in FieldsOf(type))
            {
                Push(field.GetValue(value), IsProduct(type) ? $"{NameOf(type)}.{field.Name}" : where);
            }
        }
    }

    private void Element(object? item, string where)
    {
        if (item is DictionaryEntry entry)
        {
            Push(entry.Key, where);
            Push(entry.Value, where);
        }
        else if (item is not null && item.GetType() is { IsGenericType: true, Name: "KeyValuePair`2" } pair)
        {
            Push(pair.GetProperty("Key")!.GetValue(item), where);
            Push(pair.GetProperty("Value")!.GetValue(item), where);
        }
        else
        {
            Push(item, where);
        }
    }

    private static int CountOf(object value, Type type) =>
        value is ICollection collection ? collection.Count
        : type.GetProperty("Count", BindingFlags.Public | BindingFlags.Instance) is { } count && count.PropertyType == typeof(int) ? (int)count.GetValue(value)!
        : -1;

    private static FieldInfo[] FieldsOf(Type type) => Fields.GetOrAdd(type, static t =>
    {
        var found = new List<FieldInfo>();
        for (var at = t; at is not null && at != typeof(object); at = at.BaseType)
        {
            found.AddRange(at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(f => MayHold(f.FieldType) || f.FieldType == typeof(object)));
        }

        return [.. found];
    });
}
