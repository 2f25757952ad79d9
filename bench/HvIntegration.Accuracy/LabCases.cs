using System.Globalization;
using System.Text.Json;
using HvIntegration.Simulation;

namespace HvIntegration.Accuracy;

/// <summary>Reads what <c>lab/faults</c> wrote: one injected fault a line, with the broker's own verdicts of that time.</summary>
internal static class LabCases
{
    private const int SettleSeconds = 2;
    private const int HoldSeconds = 5;
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Scores every line of a file as the simulated cases are scored.</summary>
    /// <exception cref="InvalidDataException">A line is not one; names file and line.</exception>
    public static IReadOnlyList<CaseScore> Read(string file) => [.. File.ReadLines(file)
        .Select((text, index) => (Text: text, Line: index + 1))
        .Where(line => line.Text.Length > 0)
        .Select(line => Score(Parse(file, line.Line, line.Text)))];

    private static LabCase Parse(string file, int line, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<LabCase>(text, Web) ?? throw new JsonException("the line is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {e.Message} Run lab/faults again."), e);
        }
    }

    private static CaseScore Score(LabCase one)
    {
        var truth = new Truth(one.Truth, Guid.Empty, one.Culprit, one.Truth == "none" ? null : one.Onset, one.End, $"{one.Truth} on {one.Vm}");
        var seconds = one.Answer.Verdicts
            .SelectMany(span => Seconds(span).Select(second => (Second: second, span.Hypothesis, span.Probability)))
            .Where(s => s.Second > one.Onset + SettleSeconds && s.Second <= one.End).ToList();
        var held = seconds.GroupBy(s => s.Hypothesis)
            .Select(g => (Id: g.Key, Count: g.Count(), Probability: g.Average(s => s.Probability)))
            .OrderByDescending(g => g.Count).ToList();
        var fault = held.FirstOrDefault(g => g.Id != "none" && g.Count >= HoldSeconds);
        string predicted = fault.Id ?? "none";
        double probability = fault.Id is null ? held.FirstOrDefault(g => g.Id == "none").Probability : fault.Probability;
        // A pause is told once it is over, so its seconds arrive after its end.
        var right = one.Answer.Verdicts.Where(s => s.Hypothesis == one.Truth).Select(s => (long?)Math.Max(s.FromSecond, one.Onset)).Min();
        if (one.Truth == "vm-paused" && right is not null && fault.Id is null)
        {
            predicted = one.Truth;
        }

        return new CaseScore(
            truth, predicted, probability, one.Truth == "none" || right is null ? null : right - one.Onset, 0,
            seconds.Count == 0 ? 1 : (double)seconds.Count(s => s.Hypothesis == "unknown") / seconds.Count,
            CaseScore.IsWrongSide(predicted, one.Truth),
            one.Culprit is null || predicted != one.Truth ? null : one.Suspect == one.Culprit,
            one.Truth == "none" && predicted is not ("none" or "unknown") ? 1 : 0, one.Truth == "none" ? one.End - one.Onset : 0);
    }

    private static IEnumerable<long> Seconds(LabSpan span)
    {
        for (long second = span.FromSecond; second < span.ToSecond; second++)
        {
            yield return second;
        }
    }
}
