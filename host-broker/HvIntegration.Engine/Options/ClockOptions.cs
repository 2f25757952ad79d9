namespace HvIntegration.Engine.Options;

/// <summary>How a guest's clock is followed.</summary>
public sealed class ClockOptions
{
    /// <summary>Exchanges older than this are no longer used for the fit.</summary>
    /// <value>Seconds, 300 to 900. Default 600. Source: diagnosis reference, section 7 (5 to 15 min).</value>
    public int FitWindowSeconds { get; set; } = 600;

    /// <summary>Of the exchanges in one such stretch only the one with the least delay is kept.</summary>
    /// <value>Seconds, 2 to 60. Default 10.</value>
    public int PickSeconds { get; set; } = 10;

    /// <summary>Rate difference that is believed possible before the fit knows better.</summary>
    /// <value>Parts per million, 10 to 5,000. Default 200.</value>
    public double DriftPpmMax { get; set; } = 200;

    /// <summary>Least residue that counts as a break of the clock.</summary>
    /// <value>Milliseconds, 0.1 to 1,000. Default 2. Source: diagnosis reference, section 7, item 4.</value>
    public double BreakMsMin { get; set; } = 2;

    /// <summary>A loss of this much guest time at once is a pause of the VM.</summary>
    /// <value>Milliseconds, 50 to 60,000. Default 500. Source: diagnosis reference, rule H8.</value>
    public double PauseMsMin { get; set; } = 500;

    /// <summary>An exchange that took longer says too little to be used.</summary>
    /// <value>Milliseconds, 10 to 60,000. Default 10,000.</value>
    public double DelayMsMax { get; set; } = 10_000;

    internal void Validate(List<string> faults)
    {
        OptionCheck.Range(faults, "Clock:FitWindowSeconds", FitWindowSeconds, 300, 900);
        OptionCheck.Range(faults, "Clock:PickSeconds", PickSeconds, 2, 60);
        OptionCheck.Range(faults, "Clock:DriftPpmMax", DriftPpmMax, 10, 5_000);
        OptionCheck.Range(faults, "Clock:BreakMsMin", BreakMsMin, 0.1, 1_000);
        OptionCheck.Range(faults, "Clock:PauseMsMin", PauseMsMin, 50, 60_000);
        OptionCheck.Range(faults, "Clock:DelayMsMax", DelayMsMax, 10, 60_000);
    }
}
