using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Protocol.Tests.Text;

/// <summary>The one rule for text that others chose.</summary>
public sealed class SafeTextTests
{
    private static readonly Rune Question = new('?');
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    [Theory]
    [InlineData("web-01", "web-01")]
    [InlineData("Größe 東京 😀", "Größe 東京 😀")]
    [InlineData("a\u001b[31mb", "a?[31mb")]
    [InlineData("a\u009b31mb", "a?31mb")]
    [InlineData("\u001b]8;;x\u0007y", "?]8;;x?y")]
    [InlineData("\u202Egnp.exe\u2066", "gnp.exe")]
    [InlineData("ss\u200Bhd\uFEFF\u00AD\u2060", "sshd")]
    [InlineData("a\u2028b\u2029c", "abc")]
    [InlineData("x\uDB40\uDC41y", "xy")]
    [InlineData("a\u3164\u115F\uFE0Fb", "ab")]
    [InlineData("a\uE000b\uFFFFc\u0378d", "a?b?c?d")]
    [InlineData("e\u0301\u0301\u0301\u0301\u0301\u0301n", "e\u0301\u0301\u0301\u0301n")]
    [InlineData("", "")]
    public void Of_TextOfSomebodyElse_ShowsOnlyWhatStandsThere(string text, string expected) =>
        Assert.Equal(expected, SafeText.Of(text, int.MaxValue, Question));

    // Not as inline data: a lone surrogate does not pass through the runner's own text.
    [Fact]
    public void Of_UnpairedSurrogates_AreReplaced()
    {
        Assert.Equal("a?b", SafeText.Of("a\ud800b", 100, Question));
        Assert.Equal("?", SafeText.Of("\udc00", 100, Question));
        Assert.Equal("x\ufffd", SafeText.Of("x\ud83d"));
    }

    [Fact]
    public void Of_CleanText_IsTheSameInstanceWithoutAllocation()
    {
        foreach (string text in new[] { "postgres: writer", "Größe-東京-😀", "" })
        {
            Assert.Same(text, SafeText.Of(text, 1000));
            Assert.Same(text, LabelText.Cut(text, 1000));
            Assert.True(SafeText.IsClean(text));
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                SafeText.Of(text, 1000);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Of_AnyText_IsCleanBoundedWholeAndStaysAsItIs()
    {
        var random = new Random(20261129);
        for (int round = 0; round < 20_000; round++)
        {
            string text = Any(random);
            int max = random.Next(0, 40);

            string safe = SafeText.Of(text, max);

            Assert.True(Encoding.UTF8.GetByteCount(safe) <= max);
            Assert.True(SafeText.IsClean(safe));
            Assert.Same(safe, SafeText.Of(safe, max));
            Assert.All(safe.EnumerateRunes(), rune => Assert.True(Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)));
            string shortened = SafeText.Shortened(text, max, Question);
            Assert.True(shortened.Length <= max);
            Assert.True(SafeText.IsClean(shortened));
            Assert.Equal(max > 0 && SafeText.Of(text).Length > max, shortened.EndsWith('…'));
        }
    }

    [Fact]
    public void Of_LongText_IsReadOnceOnly()
    {
        string text = new string('a', 2_000_000) + "é" + new string('\u200b', 2_000_000);

        Assert.Equal(100, SafeText.Of(text, 100).Length);
        Assert.False(SafeText.IsClean(text));
        Assert.EndsWith("…", SafeText.Shortened(text, 50, Question), StringComparison.Ordinal);
    }

    [Fact]
    public void InJson_HostileStrings_MeanTheSameAndShowNothing()
    {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++)
        {
            var names = Enumerable.Range(0, 3).Select(_ => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Any(random)))).ToArray();
            string json = JsonSerializer.Serialize(names, Relaxed);

            string safe = SafeText.InJson(json);

            Assert.True(SafeText.IsClean(safe.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal)));
            Assert.Equal(names, JsonSerializer.Deserialize<string[]>(safe));
        }
    }

    private static string Any(Random random)
    {
        string[] parts = ["\u001b[2J", "\u202e", "\u200b", "a", "=", "é", "東", "😀", "\ue000", "\u2028", "\n", "e\u0301\u0301\u0301\u0301\u0301", "\ud800", "\U000e0041"];
        var text = new StringBuilder();
        for (int i = random.Next(0, 20); i > 0; i--)
        {
            _ = random.Next(3) == 0 ? text.Append((char)random.Next(0, 0x10000)) : text.Append(parts[random.Next(parts.Length)]);
        }

        return text.ToString();
    }
}
