namespace HvIntegration.CounterSources.Simulated;

/// <summary>Shares processors among virtual processors of equal weight: who wants less than its share leaves the rest to others.</summary>
internal static class ProportionalShare
{
    private const int RoundsMax = 32;

    /// <summary>Gives each what it wants if there is enough, else the same level to all who want more than it.</summary>
    /// <param name="wanted">Processors each wants, 0 to 1.</param>
    /// <param name="capacity">Processors there are.</param>
    /// <returns>What each gets.</returns>
    public static double[] Grant(IReadOnlyList<double> wanted, double capacity)
    {
        double[] granted = new double[wanted.Count];
        var open = Enumerable.Range(0, wanted.Count).ToList();
        for (int round = 0; round < RoundsMax && open.Count > 0 && capacity > 1e-9; round++)
        {
            double level = capacity / open.Count;
            var content = open.Where(i => wanted[i] <= level).ToList();
            if (content.Count == 0)
            {
                foreach (int i in open)
                {
                    granted[i] = level;
                }

                break;
            }

            foreach (int i in content)
            {
                granted[i] = wanted[i];
                capacity -= wanted[i];
                open.Remove(i);
            }
        }

        return granted;
    }
}
