namespace HvIntegration.RepositoryTests;

/// <summary>Which folders of a project use types of which other folders. Namespaces follow folders, so a type's namespace is its folder.</summary>
/// <remarks>
/// Each edge lies on one level: between two neighbours in the folder that holds both. What lies in that folder itself, and not in a folder below
/// it, is the neighbour called "." there.
/// </remarks>
internal sealed class FolderGraph
{
    private const string Loose = ".";
    private readonly SortedDictionary<(string Level, string From, string To), SortedSet<string>> _edges = [];

    /// <summary>Reads a project's assembly.</summary>
    /// <param name="assembly">Path of the file.</param>
    /// <param name="project">Root namespace.</param>
    public FolderGraph(string assembly, string project)
    {
        References = TypeReferences.Read(assembly);
        foreach (var (from, to) in References)
        {
            if (Folder(from, project) is not { } user || Folder(to, project) is not { } used || user.SequenceEqual(used))
            {
                continue;
            }

            int common = user.Zip(used).TakeWhile(p => p.First == p.Second).Count();
            var key = (string.Join('/', user[..common]), user.ElementAtOrDefault(common) ?? Loose, used.ElementAtOrDefault(common) ?? Loose);
            if (!_edges.TryGetValue(key, out var types))
            {
                _edges[key] = types = [];
            }

            types.Add($"{from.Split('.')[^1]} uses {to.Split('.')[^1]}");
        }
    }

    /// <summary>Full names of types that name another, and of that other.</summary>
    public IReadOnlyCollection<(string From, string To)> References { get; }

    /// <summary>Edges that are part of a circle.</summary>
    /// <returns>"Level: From -> To" with the types that make it, in order.</returns>
    public IReadOnlyList<(string Edge, IReadOnlyCollection<string> Types)> InCircles()
    {
        var found = new List<(string, IReadOnlyCollection<string>)>();
        foreach (var level in _edges.GroupBy(e => e.Key.Level))
        {
            var next = level.ToLookup(e => e.Key.From, e => e.Key.To);
            found.AddRange(level.Where(e => Reaches(next, e.Key.To, e.Key.From)).Select(e => (Text(e.Key), (IReadOnlyCollection<string>)e.Value)));
        }

        return found;
    }

    private static string Text((string Level, string From, string To) edge) => $"{edge.Level}: {edge.From} -> {edge.To}".TrimStart(':', ' ');

    private static bool Reaches(ILookup<string, string> next, string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? at))
        {
            if (at == to)
            {
                return true;
            }

            if (seen.Add(at))
            {
                foreach (string step in next[at])
                {
                    open.Push(step);
                }
            }
        }

        return false;
    }

    // Folders from the project's own down to the type; null for a type of another project or of generated code outside the project's namespace.
    private static string[]? Folder(string type, string project)
    {
        // What the compiler makes for lists, anonymous types and constants lies in no namespace.
        string space = type[..type.LastIndexOf('.')];
        return type.StartsWith(".<", StringComparison.Ordinal) ? null
            : space.Length == 0 || space == project ? []
            : space.StartsWith(project + ".", StringComparison.Ordinal) ? space[(project.Length + 1)..].Split('.')
            : null;
    }
}
