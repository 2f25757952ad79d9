using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV.Counters;

namespace HvIntegration.Recordings;

/// <summary>Judges recordings, host by host.</summary>
internal static class OfflineDiagnosis
{
    private const int HostsMax = 64;
    private const int NamesSaid = 5;

    /// <summary>Reads the recordings and diagnoses their VMs.</summary>
    /// <param name="request">Recordings and options of the request.</param>
    /// <param name="share">Told how far the reading is.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="OfflineException">A file cannot be used; the message names it, the place and the remedy.</exception>
    public static OfflineAnswer Run(OfflineRequest request, ReadShare share, CancellationToken cancellation)
    {
        try
        {
            var files = new RecordingFiles(new RecordingZones(request.TimeZones, request.PdhFiles), request.CodePage, share);
            var inventory = request.Inventory is { } file ? InventoryFile.Read(file) : null;
            var notices = new List<string>();
            var hosts = Hosts(request, files, notices).Select(parts => new HostDiagnosis(request, parts, inventory, files)).ToList();
            hosts = Each(hosts, notices, host =>
            {
                host.PlanHost();
                return host;
            });
            AddGuests(request, files, hosts);
            share.Expect(hosts.Sum(h => h.Expected));
            return new OfflineAnswer(Each(hosts, notices, host => host.Run(cancellation)), notices);
        }
        catch (CounterSourceException e)
        {
            throw new OfflineException(e.Message, e);
        }
    }

    // Where one of several hosts cannot be judged, that is noticed, and the others are.
    private static List<T> Each<T>(List<HostDiagnosis> hosts, List<string> notices, Func<HostDiagnosis, T> step)
    {
        var results = new List<T>();
        foreach (var host in hosts)
        {
            try
            {
                results.Add(step(host));
            }
            catch (Exception e) when (e is OfflineException or CounterSourceException && (results.Count > 0 || !ReferenceEquals(host, hosts[^1])))
            {
                notices.Add(e.Message);
            }
        }

        return results;
    }

    // The recordings of each host: one host where guests are judged without any.
    private static List<List<RecordingPart>> Hosts(OfflineRequest request, RecordingFiles files, List<string> notices)
    {
        var hosts = new List<(string Computer, List<RecordingPart> Parts)>();
        var nameless = new List<RecordingPart>();
        foreach (string file in request.Hosts)
        {
            var whole = new RecordingPart(file, null);
            using var reader = files.Open(whole);
            var computers = RecordedComputers.Of(reader.Columns);
            var known = RecordedComputers.Hosts(reader.Columns);
            if (computers.Count == 1 || known.Count == 0)
            {
                Add(known.Count == 0 ? "" : computers[0], whole);
                continue;
            }

            if (computers.Count > known.Count)
            {
                string others = Some(computers.Except(known));
                notices.Add($"{file}: columns of {others} are of no Hyper-V host, so they are left out. If one is a guest, use the file with --guest VM=FILE too");
            }

            known.ToList().ForEach(c => Add(c, new RecordingPart(file, c)));
        }

        // Counters without a host's name, or of storage alone, belong to the host they were given with.
        if (nameless.Count > 0)
        {
            if (hosts.Count == 0)
            {
                hosts.Add(("", []));
            }

            hosts[0].Parts.AddRange(nameless);
        }

        if (hosts.Count > HostsMax)
        {
            throw new OfflineException($"the recordings are of {hosts.Count} hosts, and at most {HostsMax} are diagnosed at once. Use fewer files");
        }

        return hosts.Count == 0 ? [[]] : [.. hosts.Select(h => h.Parts)];

        void Add(string computer, RecordingPart part)
        {
            if (computer.Length == 0)
            {
                nameless.Add(part);
            }
            else if (hosts.Find(h => RecordedComputers.AreSame(h.Computer, computer)) is { Parts: { } there })
            {
                there.Add(part);
            }
            else
            {
                hosts.Add((computer, [part]));
            }
        }
    }

    // A guest is judged with each host that has rows of it: it may have moved. One that none has is judged by itself.
    private static void AddGuests(OfflineRequest request, RecordingFiles files, List<HostDiagnosis> hosts)
    {
        foreach (var (vm, file) in request.Guests)
        {
            var part = GuestPartOf(vm, file, request, files);
            HostsOf(vm).ForEach(h => h.AddGuest(vm, part));
        }

        foreach (var (vm, file) in request.LinuxGuests)
        {
            HostsOf(vm).ForEach(h => h.AddLinuxGuest(vm, file));
        }

        List<HostDiagnosis> HostsOf(string vm) => hosts.FindAll(h => h.Knows(vm)) is { Count: > 0 } found ? found : [hosts[0]];
    }

    private static RecordingPart GuestPartOf(string vm, string file, OfflineRequest request, RecordingFiles files)
    {
        using var reader = files.Open(new RecordingPart(file, null));
        var computers = RecordedComputers.Of(reader.Columns);
        string asked = request.GuestComputers.TryGetValue(vm, out string? given) ? given : vm;
        string? found = computers.FirstOrDefault(c => RecordedComputers.AreSame(c, asked));
        if (given is not null && found is null)
        {
            throw new OfflineException($"{file}, line 1: no column is of computer {given}; the file has {Some(computers)}");
        }

        return computers.Count == 1
            ? new RecordingPart(file, null)
            : new RecordingPart(file, found ?? throw new OfflineException(
                $"{file}, line 1: it has columns of {computers.Count} computers ({Some(computers)}), and none of them has the name of the VM. Name the one that is {vm} with --guest-computer {vm}={computers[0]}"));
    }

    private static string Some(IEnumerable<string> names)
    {
        var all = names.Select(n => n.Length == 0 ? "(no name)" : n).ToList();
        return string.Join(", ", all.Take(NamesSaid)) + (all.Count > NamesSaid ? $" and {all.Count - NamesSaid} more" : "");
    }
}
