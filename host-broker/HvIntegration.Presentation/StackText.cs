using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Text of the parts of the virtualization stack and of their measured values.</summary>
public static class StackText
{
    /// <summary>The name of the part as Hyper-V documentation uses it.</summary>
    public static string Name(StackPart part) => part switch
    {
        StackPart.Hypervisor => "hypervisor",
        StackPart.Root => "root partition",
        StackPart.Vid => "VID",
        StackPart.Vmbus => "VMBus",
        StackPart.StorageVsp => "storage VSP",
        StackPart.NetworkVsp => "network VSP",
        StackPart.Vsc => "VSC",
        StackPart.Vmms => "VMMS",
        StackPart.Worker => "worker process",
        _ => "integration components",
    };

    /// <summary>A measured value of a part as text: "VMBus: throttle events 3 event/s".</summary>
    public static string Of(StackUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return $"{Name(use.Part)}: {use.What} {Shown(use.Value, use.Unit)}";
    }

    /// <summary>A value, or its limit, with its unit; "yes" or "no" for a state.</summary>
    public static string Shown(double value, string unit) => unit == StackUse.YesOrNo ? (value >= 1 ? "yes" : "no") : NumberText.InUnit(value, unit);

    /// <summary>The limit with its unit: "any" where a single event is too many; null without a limit.</summary>
    public static string? LimitShown(StackUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use.Limit is not { } limit ? null : limit == StackUse.AnyAtAll ? "any" : Shown(limit, use.Unit);
    }
}
