using HvIntegration.Engine.Options;

namespace HvIntegration.Recordings;

/// <summary>Limits and windows of the engine for recordings.</summary>
internal static class OfflineSettings
{
    /// <summary>Widens windows that are too narrow for the pace of a recording: a verdict needs more than one sample.</summary>
    /// <param name="options">Options that the file changes.</param>
    /// <param name="intervalSeconds">Slowest usual time between rows.</param>
    public static void Fit(EngineOptions options, double intervalSeconds)
    {
        options.Timeline.GraceSeconds = 1;

        // Nobody reads the seconds of a recording one by one.
        options.Diagnosis.Detail = ReportDetail.Episodes;
        if (intervalSeconds <= 1.5)
        {
            return;
        }

        int Samples(double count, int least, int most) => Math.Clamp((int)Math.Ceiling(count * intervalSeconds), least, Math.Max(least, most));
        var (timeline, diagnosis) = (options.Timeline, options.Diagnosis);
        timeline.HoldSeconds = Samples(2.2, timeline.HoldSeconds, 300);
        timeline.GapSeconds = Samples(2.5, timeline.GapSeconds, 60);
        diagnosis.WindowSeconds = Samples(3, diagnosis.WindowSeconds, 300);
        diagnosis.WindowHits = Math.Min(diagnosis.WindowSeconds, Samples(2, diagnosis.WindowHits, 240));
        diagnosis.EndSeconds = Samples(2, diagnosis.EndSeconds, 300);
        diagnosis.UnknownSeconds = Samples(3, diagnosis.UnknownSeconds, 300);
        diagnosis.BaselineSecondsMin = Samples(4, diagnosis.BaselineSecondsMin, 600);
        timeline.KeptSeconds = Samples(40, timeline.KeptSeconds, 7_200);
        diagnosis.BaselineSeconds = Math.Min(timeline.KeptSeconds, Samples(20, diagnosis.BaselineSeconds, 7_200));
    }
}
