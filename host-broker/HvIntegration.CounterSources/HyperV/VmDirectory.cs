using HvIntegration.Model;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Joins counter instances to VMs by what Hyper-V's management says: names, disk paths, GUIDs. Immutable; a new one is made at each inventory.</summary>
/// <remarks>
/// Running VMs have counters, so their names go first. Two of them with one name are told apart by nothing a row has: the name is
/// shared, and never guessed. A VM that was renamed while it runs is known by both names until its next start, because nobody
/// documents when its rows follow.
/// </remarks>
public sealed class VmDirectory
{
    private const int FormerNamesMax = 4;

    private readonly Dictionary<Guid, HyperVVm> _vms;
    private readonly Dictionary<string, Guid> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid?> _disks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, List<string>> _former = [];

    /// <summary>Makes the directory of an inventory.</summary>
    /// <param name="vms">Its VMs.</param>
    /// <param name="before">The directory before it, for the names VMs had; null at the first.</param>
    public VmDirectory(IReadOnlyList<HyperVVm> vms, VmDirectory? before = null)
    {
        _vms = vms.GroupBy(v => v.Id).ToDictionary(g => g.Key, g => g.First());
        Vms = [.. _vms.Values];
        foreach (var vm in Vms)
        {
            NoteFormer(vm, before);
        }

        foreach (var group in Vms.GroupBy(v => VmNames.Canonical(v.Name)))
        {
            var running = group.Where(v => v.State is not PartitionState.Off).ToList();
            Note(group.Key, running.Count > 0 ? running : [.. group]);
        }

        NoteFormerNames();
        foreach (var vm in Vms)
        {
            foreach (var disk in vm.Disks)
            {
                NoteDisk(vm.Id, disk.Path);
            }
        }
    }

    /// <summary>The directory before the first inventory: it knows no VM.</summary>
    public static VmDirectory Empty { get; } = new([]);

    /// <summary>VMs of the inventory.</summary>
    public IReadOnlyList<HyperVVm> Vms { get; }

    /// <summary>Sanitised name to GUID, for names that one VM has.</summary>
    public IReadOnlyDictionary<string, Guid> Names => _names;

    /// <summary>Sanitised names that several running VMs have, with the name as written.</summary>
    public IReadOnlyDictionary<string, string> SharedNames => _shared;

    /// <summary>The VM with this GUID; null when there is none.</summary>
    public HyperVVm? Find(Guid id) => _vms.GetValueOrDefault(id);

    /// <summary>VM that a virtual disk belongs to, by the row's instance; null when none or several have it.</summary>
    /// <param name="instance">Path with <c>-</c> for <c>\</c>, with or without the long-path prefix.</param>
    public Guid? OwnerOfDisk(string instance)
    {
        string key = DiskKey(instance);
        return _disks.GetValueOrDefault(key) ?? _disks.GetValueOrDefault(WithoutPrefix(key));
    }

    /// <summary>True path of a virtual disk, by the row's instance; null when no VM has it.</summary>
    /// <param name="instance">As for <see cref="OwnerOfDisk"/>.</param>
    public string? PathOfDisk(string instance)
    {
        string key = DiskKey(instance);
        return _paths.GetValueOrDefault(key) ?? _paths.GetValueOrDefault(WithoutPrefix(key));
    }

    /// <summary>True when rows join to VMs as they do by another directory: what was planned with that one holds with this one.</summary>
    public bool JoinsAs(VmDirectory other) => ReferenceEquals(this, other)
        || (_vms.Count == other._vms.Count && _vms.All(v => other.Find(v.Key)?.Name == v.Value.Name)
            && Same(_names, other._names) && Same(_shared, other._shared) && Same(_disks, other._disks) && Same(_paths, other._paths));

    private static bool Same<T>(Dictionary<string, T> one, Dictionary<string, T> other) =>
        one.Count == other.Count && one.All(e => other.TryGetValue(e.Key, out var value) && EqualityComparer<T>.Default.Equals(value, e.Value));

    // Instances are made from paths and not the other way round: - and spaces stand in real folder names.
    private static string DiskKey(string text) => VmNames.Canonical(text.Replace('\\', '-'));

    private static string WithoutPrefix(string key)
    {
        const string longUnc = "--?-UNC-";
        const string longPath = "--?-";
        return key.StartsWith(longUnc, StringComparison.Ordinal) ? "--" + key[longUnc.Length..]
            : key.StartsWith(longPath, StringComparison.Ordinal) ? key[longPath.Length..]
            : key;
    }

    private void Note(string canonical, List<HyperVVm> owners)
    {
        if (owners.Count == 1)
        {
            _names[canonical] = owners[0].Id;
        }
        else
        {
            _shared[canonical] = owners[0].Name;
        }
    }

    private void NoteFormer(HyperVVm vm, VmDirectory? before)
    {
        if (before?.Find(vm.Id) is not { } was || vm.State is PartitionState.Off || vm.OnTimeMs < was.OnTimeMs)
        {
            return;
        }

        List<string> names = [.. before._former.GetValueOrDefault(vm.Id) ?? []];
        if (was.Name != vm.Name)
        {
            names.Add(was.Name);
        }

        names.RemoveAll(n => n == vm.Name);
        if (names.Count > 0)
        {
            _former[vm.Id] = names.TakeLast(FormerNamesMax).ToList();
        }
    }

    private void NoteFormerNames()
    {
        foreach (var (id, names) in _former)
        {
            foreach (string name in names)
            {
                // The rows may be those of the VM that had the name or of the one that has it now: nobody can tell.
                string canonical = VmNames.Canonical(name);
                if (_names.TryGetValue(canonical, out var owner) && owner != id && _vms[owner].State is not PartitionState.Off)
                {
                    _names.Remove(canonical);
                    _shared[canonical] = name;
                }
                else if (!_shared.ContainsKey(canonical))
                {
                    _names[canonical] = id;
                }
            }
        }
    }

    private void NoteDisk(Guid vm, string path)
    {
        string key = WithoutPrefix(DiskKey(path));
        _paths.TryAdd(key, path);
        _disks[key] = _disks.TryGetValue(key, out var other) && other != vm ? null : vm;
    }
}
