namespace HvIntegration.Engine.Clock;

/// <summary>Why an epoch of a guest's clock began, as <see cref="ClockBreak.Cause"/> and reports name it.</summary>
internal static class ClockCauses
{
    /// <summary>The first epoch of a boot.</summary>
    public const string Boot = "boot";

    /// <summary>The guest did not live through a stretch of host time: it was paused, saved or moved.</summary>
    public const string Pause = "pause";

    /// <summary>The guest's clock jumped ahead.</summary>
    public const string Step = "step";
}
