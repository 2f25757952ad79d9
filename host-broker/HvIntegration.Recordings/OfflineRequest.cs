namespace HvIntegration.Recordings;

/// <summary>What <c>hvi diagnose --host</c> was asked.</summary>
/// <param name="Hosts">Recordings of the host; none where the guests are judged from inside alone.</param>
/// <param name="Guests">VM name or GUID and its PDH recording.</param>
/// <param name="LinuxGuests">VM name or GUID and what <c>hvi-agent record</c> wrote there.</param>
/// <param name="From">First second reported, Unix; null for the start of the recordings.</param>
/// <param name="To">Last second reported, Unix; null for their end.</param>
/// <param name="Rules">Limits and windows to judge by; the run fits them to the pace of the recordings. Null for the defaults.</param>
/// <param name="Inventory">What counters do not carry; null when not known.</param>
internal sealed record OfflineRequest(
    IReadOnlyList<string> Hosts,
    IReadOnlyList<(string Vm, string File)> Guests,
    IReadOnlyList<(string Vm, string File)> LinuxGuests,
    long? From = null,
    long? To = null,
    RecordingRules? Rules = null,
    string? Inventory = null)
{
    /// <summary>Time zones of recordings: "+02:00" or "Europe/Berlin" where a header has none that can be right, "FILE=+02:00" instead of any header.</summary>
    public IReadOnlyList<string> TimeZones { get; init; } = [];

    /// <summary>Code page of names that are neither marked nor UTF-8; null where none was given.</summary>
    public int? CodePage { get; init; }

    /// <summary>Which computer a VM is, in a recording of several; by the VM's name as given with its recording.</summary>
    public IReadOnlyDictionary<string, string> GuestComputers { get; init; } = new Dictionary<string, string>();

    /// <summary>The PDH recordings of both sides.</summary>
    public IReadOnlyCollection<string> PdhFiles => [.. Hosts, .. Guests.Select(g => g.File)];
}
