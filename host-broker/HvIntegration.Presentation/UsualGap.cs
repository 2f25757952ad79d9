namespace HvIntegration.Presentation;

/// <summary>How many seconds usually pass until a newer second comes: the median of the last few gaps, so that one long stop does not make the next one look usual.</summary>
public sealed class UsualGap
{
    private const int GapsKept = 5;
    private const int GapsMin = 3;

    // Beyond a second's usual distance from the next one: noise of the line and of the program that looks.
    private const double NoiseSeconds = 0.2;

    private readonly double[] _gaps = new double[GapsKept];
    private int _count;

    /// <summary>The usual gap between two values, from the median of the last ones.</summary>
    /// <value>Seconds, at least 1; 1 until three gaps are known.</value>
    public double Seconds
    {
        get
        {
            int count = Math.Min(_count, GapsKept);
            double[] sorted = _gaps[..count];
            Array.Sort(sorted);
            return count < GapsMin ? 1 : Math.Max(1, sorted[count / 2] - NoiseSeconds);
        }
    }

    /// <summary>Records the gap between two values.</summary>
    public void Note(double seconds) => _gaps[_count++ % GapsKept] = seconds;
}
