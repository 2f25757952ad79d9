namespace HvIntegration.Model;

/// <summary>What one part of the stack does for one VM, or for the host, in one second.</summary>
/// <param name="Part">Part of the virtualization stack.</param>
/// <param name="What">What was measured, in words.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Unit">UCUM unit; shares are "1".</param>
/// <param name="Limit">From where on it deserves attention, same unit; null where nobody published one and none is plain.</param>
/// <param name="IsBeyond">The limit is passed.</param>
/// <param name="Counter">Native counters it comes from.</param>
/// <param name="Advice">What to do when the limit is passed; empty without one.</param>
public sealed record StackUse(StackPart Part, string What, double Value, string Unit, double? Limit, bool IsBeyond, string Counter, string Advice)
{
    /// <summary>Unit of what is so or is not: 1 or 0.</summary>
    public const string YesOrNo = "{yes}";

    /// <summary>Limit of events that a healthy stack does not have: anything at all is beyond it.</summary>
    public const double AnyAtAll = 0.01;
}

/// <summary>One value of a metric, as a side or a counter source gives it: counters per second, levels as they are.</summary>
/// <param name="Instance">Attribute values joined by '|'.</param>
/// <param name="Value">Value in base units.</param>
/// <param name="Counter">Its own name; empty where the source gave none.</param>
public readonly record struct StackValue(string Instance, double Value, string Counter);
