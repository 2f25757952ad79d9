namespace HvIntegration.History;

/// <summary>A verdict that held over a stretch of seconds.</summary>
public sealed record VerdictSpan(Guid Partition, long FromSecond, long ToSecond, string Hypothesis, double Probability, string Sentence)
{
    // Seconds of one verdict this near to each other are one span: a second may be missing without the trouble having ended.
    private const int GapMax = 5;

    /// <summary>Adds a span to those before it, joined with the last where it goes on with the same cause; the surer one speaks.</summary>
    public static void Join(List<VerdictSpan> spans, VerdictSpan next)
    {
        if (spans.Count > 0 && spans[^1] is var last && last.Hypothesis == next.Hypothesis && next.FromSecond - last.ToSecond <= GapMax)
        {
            var stronger = next.Probability > last.Probability ? next : last;
            spans[^1] = last with { ToSecond = Math.Max(last.ToSecond, next.ToSecond), Probability = stronger.Probability, Sentence = stronger.Sentence };
        }
        else
        {
            spans.Add(next);
        }
    }
}
