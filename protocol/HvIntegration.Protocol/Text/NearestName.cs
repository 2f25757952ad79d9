namespace HvIntegration.Protocol.Text;

/// <summary>Finds the known name that a misspelt one most probably means. Letter case does not count.</summary>
public static class NearestName
{
    // Both bound the work: names of settings, options and collectors are short.
    private const int LengthMax = 64;
    private const int StartMin = 4;

    /// <summary>The known name nearest to a written one.</summary>
    /// <param name="written">As someone wrote it.</param>
    /// <param name="known">Names to choose from; of equally near ones the first is taken.</param>
    /// <returns>
    /// The name; null when none is near: at most a third of the letters may differ (one letter always may), or both must begin with the same
    /// letters, at least four and two thirds of the shorter name.
    /// </returns>
    public static string? Of(string written, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(known);
        string? best = null;
        int least = int.MaxValue;
        foreach (string name in known)
        {
            int distance = Distance(written, name);
            if (distance < least && (distance <= Math.Max(1, Math.Max(written.Length, name.Length) / 3) || IsStart(written, name)))
            {
                (best, least) = (name, distance);
            }
        }

        return best;
    }

    /// <summary>Letters to insert, remove, replace or swap with their neighbour until one text is the other.</summary>
    /// <returns>0 for the same text; <see cref="int.MaxValue"/> when one of them has more than 64 letters.</returns>
    public static int Distance(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Length > LengthMax || right.Length > LengthMax)
        {
            return int.MaxValue;
        }

        var before = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = IsSame(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && IsSame(left[i - 1], right[j - 2]) && IsSame(left[i - 2], right[j - 1]))
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[right.Length];
    }

    private static bool IsSame(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);

    private static bool IsStart(string left, string right)
    {
        int shorter = Math.Min(left.Length, right.Length);
        int same = 0;
        while (same < shorter && IsSame(left[same], right[same]))
        {
            same++;
        }

        return same >= StartMin && same * 3 >= shorter * 2;
    }
}
