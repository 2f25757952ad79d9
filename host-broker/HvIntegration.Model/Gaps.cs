namespace HvIntegration.Model;

/// <summary>Why a side of a VM told nothing: stable ids, from the least to the most that was measured.</summary>
public static class GapCauses
{
    /// <summary>Nothing came from inside; nobody told why.</summary>
    public const string GuestSilent = "guest-silent";

    /// <summary>The host had no counters of the VM; nobody told why.</summary>
    public const string HostSilent = "host-silent";

    /// <summary>Neither side told anything; nobody told why.</summary>
    public const string NoData = "no-data";

    /// <summary>The host did not list the VM for a while; nobody told why.</summary>
    public const string Away = "away";

    /// <summary>The guest's clock did not live through it: the VM stood still; nobody told why.</summary>
    public const string StoodStill = "stood-still";

    /// <summary>The guest booted within it, by its own clock, or the host said that it starts.</summary>
    public const string Restart = "restart";

    /// <summary>The host said that the VM is off.</summary>
    public const string Off = "off";

    /// <summary>The host said that the VM is paused.</summary>
    public const string Paused = "paused";

    /// <summary>The host's counters showed a save, a checkpoint or a restore; they do not tell which.</summary>
    public const string SaveOrCheckpoint = "save-or-checkpoint";

    /// <summary>The host said that it makes or applies a checkpoint.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>The host said that the VM is saved, or being saved or restored.</summary>
    public const string Saved = "saved";

    /// <summary>The host's counters or its management showed a live migration.</summary>
    public const string Migration = "migration";

    /// <summary>Most characters of an id.</summary>
    public const int LengthMax = 40;

    private static readonly string[] ByRank =
    [
        GuestSilent, HostSilent, NoData, Away, StoodStill, Restart, Off, Paused, SaveOrCheckpoint, Checkpoint, Saved, Migration,
    ];

    /// <summary>Every id of a cause, the most certain first.</summary>
    public static IReadOnlyList<string> All => ByRank;

    /// <summary>How much the cause explains; of two that meet the greater one names both.</summary>
    public static int Rank(string cause) => Array.IndexOf(ByRank, cause);

    /// <summary>Somebody or something told the cause.</summary>
    public static bool IsExplained(string cause) => Rank(cause) >= Rank(Away);
}

/// <summary>Seconds in which a side of a VM that was heard before told nothing.</summary>
/// <param name="Began">First of them as it was first told: with the VM its name for ever.</param>
/// <param name="FromSecond">First of them; later than <paramref name="Began"/> when an agent sent the beginning again.</param>
/// <param name="ToSecond">Last of them until now; before <paramref name="FromSecond"/> when all of it came later, so that there was no gap.</param>
/// <param name="Cause">One of <see cref="GapCauses"/>.</param>
public sealed record DataGap(long Began, long FromSecond, long ToSecond, string Cause)
{
    /// <summary>All of it came later.</summary>
    public bool IsFilled => ToSecond < FromSecond;
}
