namespace HvIntegration.Engine.Clock;

/// <summary>What became of an exchange.</summary>
public enum ClockOutcome
{
    /// <summary>It fits and is used.</summary>
    Used,

    /// <summary>Its stamps cannot be true (they run backwards, or took too long): not used, counted.</summary>
    Rejected,

    /// <summary>It does not fit; the next ones decide.</summary>
    Suspect,

    /// <summary>It began a new epoch.</summary>
    NewEpoch,
}
