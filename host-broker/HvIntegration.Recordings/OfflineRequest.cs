namespace HvIntegration.Recordings;

/// <summary>What <c>hvi diagnose --host</c> was asked.</summary>
/// <param name="Hosts">Recordings of the host; none where the guests are judged from inside alone.</param>
/// <param name="Guests">VM name or GUID and its PDH recording.</param>
/// <param name="LinuxGuests">VM name or GUID and what <c>hvi-agent record</c> wrote there.</param>
/// <param name="From">First second reported, Unix; null for the start of the recordings.</param>
/// <param name="To">Last second reported, Unix; null for their end.</param>
/// <param name="Rules">Limits and windows to judge by; the run fits them to the pace of the recordings. Null for the defaults.</param>
/// <param name="Inventory">What counters do not carry; null when not known.</param>
/// <param name="TimeZone">Zone of recordings whose header has no bias: "UTC", "+02:00", "Europe/Berlin".</param>
internal sealed record OfflineRequest(
    IReadOnlyList<string> Hosts,
    IReadOnlyList<(string Vm, string File)> Guests,
    IReadOnlyList<(string Vm, string File)> LinuxGuests,
    long? From = null,
    long? To = null,
    RecordingRules? Rules = null,
    string? Inventory = null,
    string? TimeZone = null);
