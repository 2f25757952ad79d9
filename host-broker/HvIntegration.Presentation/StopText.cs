using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Text for the reasons why a hypervisor stopped a VM by itself.</summary>
public static class StopText
{
    /// <summary>The reason for the end of a clause, in parentheses; empty without one.</summary>
    /// <param name="reason">The word of the hypervisor, as in <see cref="PartitionInfo.StopReason"/>.</param>
    public static string Of(string? reason) => reason switch
    {
        null or "" => string.Empty,
        "io-error" => " (io-error: its disk returned an error, for example because the store is full)",
        "guest-panicked" => " (guest-panicked: the guest reported a crash)",
        "internal-error" => " (internal-error: the hypervisor cannot continue the VM)",
        "watchdog" => " (watchdog: the guest did not reset its watchdog in time)",
        _ => $" ({ForeignText.Name(reason)})",
    };

    /// <summary>What to do about the reason; null where only the pause itself is known.</summary>
    /// <param name="reason">The word of the hypervisor.</param>
    public static string? Advice(string? reason) => reason switch
    {
        "io-error" => "Free space on the store of the VM, or repair it. Then resume the VM. No change in the guest would help.",
        "guest-panicked" => "Read the crash report of the guest, then reset the VM.",
        "internal-error" => "Read the log of the hypervisor for this VM, then reset the VM.",
        "watchdog" => "Find what blocks the guest, then resume or reset the VM.",
        _ => null,
    };
}
