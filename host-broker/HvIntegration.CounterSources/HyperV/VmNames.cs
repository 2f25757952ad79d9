using System.Text.RegularExpressions;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Joins counter instances to VMs: by the GUID in adapter instances, else by name.</summary>
/// <remarks>
/// Sets write the same name with different replacement characters and in any case; names are compared in one sanitised form.
/// Several VMs of one name give <c>name</c>, <c>name#1</c>, ... in an order that is not stable: they are kept as one group, never told apart.
/// </remarks>
public sealed partial class VmNames
{
    private readonly Dictionary<string, Entry> _byName = new(StringComparer.Ordinal);
    private readonly string _computer;
    private readonly VmDirectory _directory;

    /// <summary>Takes the names and GUIDs the caller knows.</summary>
    /// <param name="computer">Host the recording comes from: names are its own.</param>
    /// <param name="known">VM name to GUID, from the administrator.</param>
    /// <param name="directory">VMs as the host's management tells them.</param>
    public VmNames(string computer, IReadOnlyDictionary<string, Guid> known, VmDirectory directory)
    {
        _computer = computer;
        _directory = directory;
        foreach (var (canonical, id) in directory.Names)
        {
            _byName[canonical] = new Entry(directory.Find(id)!.Name) { Id = id, Told = true };
        }

        foreach (var (canonical, name) in directory.SharedNames)
        {
            _byName[canonical] = new Entry(name) { Group = true, Told = true };
        }

        foreach (var (name, id) in known)
        {
            _byName[Canonical(name)] = new Entry(name) { Id = id, Told = true };
        }
    }

    /// <summary>Host the recording comes from; empty when its paths name none.</summary>
    public string Computer => _computer;

    /// <summary>Every VM that was found.</summary>
    public IEnumerable<(Guid Id, string Name, bool Group)> All => _byName.Values
        .Where(e => e.Seen).OrderBy(e => e.Name, StringComparer.OrdinalIgnoreCase)
        .Select(e => (IdOf(e), e.Group ? $"{e.Name} (several VMs of this name)" : e.Name, e.Group));

    /// <summary>Notes a name from an instance that ends with the name or a known suffix.</summary>
    /// <param name="name">Without suffix and <c>#n</c>.</param>
    /// <param name="duplicate">n of <c>#n</c>.</param>
    public void Note(string name, int duplicate)
    {
        var entry = Get(name);
        entry.Seen = true;
        entry.Told = true;
        entry.Group |= duplicate > 0;
    }

    /// <summary>Name and duplicate of an instance that is a name alone: a VM may be called <c>web#1</c>, as the second of two <c>web</c> is written.</summary>
    /// <param name="instance">As written.</param>
    /// <param name="name">Without <c>#n</c>.</param>
    /// <param name="duplicate">n of <c>#n</c>.</param>
    public (string Name, int Duplicate) Split(string instance, string name, int duplicate) =>
        duplicate > 0 && _byName.TryGetValue(Canonical(instance), out var exact) && exact.Name.Equals(instance, StringComparison.OrdinalIgnoreCase)
            && !_directory.SharedNames.ContainsKey(Canonical(name))
            ? (instance, 0)
            : (name, duplicate);

    /// <summary>Notes an adapter instance: the only one that carries the VM's GUID. Call after every <see cref="Note"/>.</summary>
    /// <returns>GUID and adapter label; null for switches, uplinks and host adapters.</returns>
    public (Guid Id, string Adapter)? NoteAdapter(string instance)
    {
        var match = AdapterPattern().Match(instance);
        if (!match.Success || !Guid.TryParse(match.Groups["vm"].ValueSpan, out var id))
        {
            return null;
        }

        string front = match.Groups["front"].Value;
        if (_directory.Find(id) is { } vm)
        {
            return (id, AdapterLabel(AdapterName(front, vm.Name), match.Groups["nic"].Value));
        }

        string canonical = Canonical(front);

        // Names may hold underscores: a name known from another set tells where it ends; else the last underscore does.
        Entry? entry = null;
        for (int at = canonical.LastIndexOf('_'); at > 0; at = canonical.LastIndexOf('_', at - 1))
        {
            if (_byName.TryGetValue(canonical[..at], out var candidate)
                && (candidate.Id == id || (entry is null && candidate.Told && candidate.Id is null)))
            {
                entry = candidate;
                if (candidate.Id == id)
                {
                    break;
                }
            }
        }

        int end = entry is null ? front.LastIndexOf('_') : entry.Name.Length;
        entry ??= Get(end > 0 ? front[..end] : front);
        entry.Seen = true;
        entry.Group |= entry.Id is { } other && other != id;
        entry.Id ??= id;
        string adapter = end > 0 && end + 1 < front.Length ? front[(end + 1)..] : front;
        return (IdOf(entry), AdapterLabel(adapter, match.Groups["nic"].Value));
    }

    private static string AdapterLabel(string adapter, string tail) => $"{adapter} {(tail.Length > 8 ? tail[..8] : tail)}";

    // The name in the row may be the one before a rename: then the last underscore must do.
    private static string AdapterName(string front, string vmName)
    {
        int end = Canonical(front).StartsWith(Canonical(vmName) + "_", StringComparison.Ordinal) ? vmName.Length : front.LastIndexOf('_');
        return end > 0 && end + 1 < front.Length ? front[(end + 1)..] : front;
    }

    /// <summary>GUID of a name that was noted.</summary>
    public Guid Id(string name) => IdOf(Get(name));

    /// <summary>GUID of a name that was noted; null when it never was.</summary>
    public Guid? Find(string name) => _byName.TryGetValue(Canonical(name), out var entry) && entry.Seen ? IdOf(entry) : null;

    /// <summary>True when several VMs have this name.</summary>
    public bool IsGroup(string name) => Get(name).Group;

    /// <summary>VM whose name, known from another set, starts a text and is followed by a colon; the longest name wins, as names may hold colons.</summary>
    /// <returns>GUID and what follows the colon; null when no name fits.</returns>
    public (Guid Id, string Tail)? LongestKnown(string text)
    {
        string canonical = Canonical(text);
        for (int colon = canonical.LastIndexOf(':'); colon > 0; colon = canonical.LastIndexOf(':', colon - 1))
        {
            if (_byName.TryGetValue(canonical[..colon], out var entry))
            {
                return (IdOf(entry), text[(colon + 1)..]);
            }
        }

        return null;
    }

    /// <summary>VM whose name stands in the path of a disk: as its file name, as the start of it, or as a folder; null when none or several fit equally.</summary>
    /// <param name="instance">Storage device instance: a path with <c>-</c> for <c>\</c>.</param>
    public Guid? OwnerOfDisk(string instance)
    {
        string path = AsFileName(Canonical(instance));
        var leaf = LeafPattern().Match(path);
        string front = leaf.Success ? leaf.Groups["front"].Value : path;
        (int Rank, int Length, Entry? Owner) best = (0, 0, null);
        bool tie = false;
        foreach (var (name, entry) in _byName)
        {
            int rank = entry is { Seen: true, Group: false } ? Fit(front, AsFileName(name)) : 0;
            int order = rank == 0 ? -1 : (rank, name.Length).CompareTo((best.Rank, best.Length));
            if (order > 0)
            {
                best = (rank, name.Length, entry);
                tie = false;
            }
            else if (order == 0)
            {
                tie = true;
            }
        }

        return best.Owner is null || tie ? null : IdOf(best.Owner);
    }

    // 3: the whole file name. 2: a folder, or the beginning of the file name. Folders of any depth count: "web01-Virtual Hard Disks-disk0".
    private static int Fit(string front, string name)
    {
        if (front.EndsWith("-" + name, StringComparison.Ordinal) || front == name)
        {
            return 3;
        }

        for (int at = front.IndexOf(name, StringComparison.Ordinal); at >= 0; at = front.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            int end = at + name.Length;
            bool starts = at == 0 || front[at - 1] == '-';
            bool ends = end == front.Length || front[end] is '-' or '_' or ' ' or '.';
            if (starts && ends)
            {
                return 2;
            }
        }

        return 0;
    }

    /// <summary>The form in which names of different sets are equal.</summary>
    public static string Canonical(string name) => string.Create(name.Length, name, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = source[i] switch
            {
                '(' => '[',
                ')' => ']',
                '\\' or '/' or '#' or '*' => '_',
                var c => char.ToUpperInvariant(c),
            };
        }
    });

    // No file is called "web:01": what a file name cannot hold is usually written as an underscore.
    private static string AsFileName(string canonical) => string.Create(canonical.Length, canonical, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = source[i] is ':' or '?' or '"' or '<' or '>' or '|' ? '_' : source[i];
        }
    });

    [GeneratedRegex(@"^(?<front>.*)_(?<vm>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})--(?<nic>[0-9A-F-]{36}|\d{1,4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AdapterPattern();

    [GeneratedRegex(@"^(?<front>.*?)(?:_[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})?\.a?vhdx?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LeafPattern();

    private Guid IdOf(Entry entry) => entry is { Group: false, Id: { } id }
        ? id
        : PartitionGuid.FromName(_computer, entry.Group ? entry.Name + "#" : entry.Name);

    private Entry Get(string name)
    {
        string canonical = Canonical(name);
        if (!_byName.TryGetValue(canonical, out var entry))
        {
            _byName[canonical] = entry = new Entry(name);
        }

        return entry;
    }

    private sealed class Entry(string name)
    {
        public string Name { get; } = name;

        public Guid? Id { get; set; }

        public bool Seen { get; set; }

        public bool Told { get; set; }

        public bool Group { get; set; }
    }
}
