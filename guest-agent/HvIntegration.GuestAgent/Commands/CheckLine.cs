namespace HvIntegration.GuestAgent.Commands;

/// <summary>How a prerequisite or collector stands.</summary>
internal enum CheckState
{
    /// <summary>The prerequisite is there.</summary>
    Ok,

    /// <summary>This guest does not have it; nothing is wrong.</summary>
    Absent,

    /// <summary>Something should be done.</summary>
    Warning,

    /// <summary>The agent cannot do its work.</summary>
    Unusable,
}

/// <summary>One line of <c>check</c>.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Name">Prerequisite or collector.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do; empty when nothing is to be done.</param>
internal sealed record CheckLine(CheckState State, string Name, string Text, string Remedy);
