using System.Text;
using HvIntegration.Model;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.Text;

namespace HvIntegration.CounterSources;

/// <summary>Makes series keys whose attribute values keep the rules of <see cref="SeriesKey"/> and the label bound.</summary>
public static class HostSeries
{
    private const char Separator = '|';

    /// <summary>Key of a metric without attributes.</summary>
    public static SeriesKey Of(MetricDefinition metric) => new(metric.Id, "");

    /// <summary>Key of a metric with one attribute.</summary>
    public static SeriesKey Of(MetricDefinition metric, string value) => new(metric.Id, Label(value));

    /// <summary>Key of a metric with two attributes.</summary>
    public static SeriesKey Of(MetricDefinition metric, string first, string second) =>
        new(metric.Id, string.Concat(Label(first), "|", Label(second)));

    /// <summary>One attribute value by the rule of <see cref="SafeText"/>: without the separator, <see cref="ProtocolLimits.LabelBytesMax"/> bytes at most.</summary>
    /// <remarks>A longer one is cut in the middle: disks differ at the end of their path, hosts and shares at its start.</remarks>
    public static string Label(string value)
    {
        string clean = SafeText.Of(value.Contains(Separator, StringComparison.Ordinal) ? value.Replace(Separator, '/') : value);
        if (Encoding.UTF8.GetByteCount(clean) <= ProtocolLimits.LabelBytesMax)
        {
            return clean;
        }

        const string mark = "...";
        int head = ProtocolLimits.LabelBytesMax / 4;
        return SafeText.Of(clean, head) + mark + Suffix(clean, ProtocolLimits.LabelBytesMax - head - mark.Length);
    }

    private static string Suffix(string text, int bytes)
    {
        int start = 0;
        int left = Encoding.UTF8.GetByteCount(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (left <= bytes)
            {
                break;
            }

            left -= rune.Utf8SequenceLength;
            start += rune.Utf16SequenceLength;
        }

        return text[start..];
    }
}
