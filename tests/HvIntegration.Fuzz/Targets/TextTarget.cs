using HvIntegration.Cli.Terminal;
using System.Text;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Fuzz.Targets;

/// <summary>Text of others on its way to a screen, a table and a report.</summary>
internal sealed class TextTarget : IFuzzTarget
{
    public string Name => "text";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "\u202e", "\u200b", "\u001b[31m", "\u2028", "=1+1", ";", ",", "\"", "\uff1d", "e\u0301\u0301\u0301\u0301\u0301", "\ue000", "\U000e0041", " used 40 % of the logical processors",
            " (mainly ", ")", ". Also detected: storage quota", ". Virtualization stack: ", "web-01: host CPU contention ", "; ", "batch-02",
        }.Select(Encoding.Unicode.GetBytes),
    ];

    public IEnumerable<byte[]> Seeds()
    {
        yield return Encoding.Unicode.GetBytes("web-01: host CPU contention since 22:13. Ready. batch-02 used 40 % of the logical processors (mainly x). Also detected: storage quota.");
        yield return Encoding.Unicode.GetBytes("a;=1+1");
    }

    public Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        // UTF-16 as it is, half characters too.
        string text = new(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(input.Span[..(input.Length & ~1)]));
        for (int max = 0; max < 200; max += 37)
        {
            string safe = SafeText.Of(text, max);
            Hold(SafeText.IsClean(safe) && Encoding.UTF8.GetByteCount(safe) <= max && ReferenceEquals(safe, SafeText.Of(safe, max)), "SafeText.Of");
            Hold(SafeText.Shortened(text, max, new Rune('?')).Length <= max, "SafeText.Shortened");
        }

        Hold(SafeText.Of(text) == text == SafeText.IsClean(text), "SafeText.IsClean");
        using var table = new StringWriter { NewLine = "\n" };
        new CsvTable(table, "a").Row(text);
        var row = table.ToString().AsSpan()[2..^1];
        var cell = row.TrimStart(" \"");
        Hold(cell.IsEmpty || !"=+-@＝＋－＠".Contains(cell[0], StringComparison.Ordinal), "CsvTable");
        Hold(SafeText.IsClean(row), "CsvTable");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what + " broke its promise");
        }
    }
}
