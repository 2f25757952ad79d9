namespace HvIntegration.Engine.Options;

/// <summary>How much each report of a second says.</summary>
public enum ReportDetail
{
    /// <summary>Signals, evidence and sentences of every second: for live use.</summary>
    Full,

    /// <summary>Every second the cause, its side and its probability; evidence and sentences only where an episode needs them: for recordings.</summary>
    Episodes,
}
