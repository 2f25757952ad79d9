using System.Text.RegularExpressions;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Texts that mean something to a terminal, a browser, a spreadsheet, a database or a label.</summary>
internal static partial class HostileTexts
{
    /// <summary>What a page must not hold as it is.</summary>
    public const string Script = "<script>alert(1)</script>";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "\u001b[31mred\u001b[2J", "\u001b]8;;http://x/\u001b\\link\u001b]8;;\u001b\\", "\u009b31mC1", "\u202egnp.exe", "zero\u200bwidth", "\u2066iso\u2069",
        Script, "<img src=x onerror=alert(1)>", "\" onmouseover=\"alert(1)", "'; DROP TABLE batch; --", "' OR 1=1 --", "=1+1", "@SUM(A1)", ";=1+1",
        "a\"} 1\nhvi_injected 1", "a|b|c", "nul\0nul", "[bold]markup[/]", "line\r\nline", "", " ", new string('x', 5_000), "\ud83d\ude00 emoji", "${jndi:x}", "../../etc/passwd", "%s%n",
    ];

    /// <summary>Any of them.</summary>
    public static string Any(Random random) => All[random.Next(All.Count)];

    /// <summary>The first character that a terminal or a reader would not see as a character.</summary>
    /// <returns>Null when there is none.</returns>
    public static string? Unsafe(string text) => UnsafeCharacter().Match(text) is { Success: true } found ? $"U+{(int)found.Value[0]:X4} at {found.Index}" : null;

    // Controls but line ends, and the format characters that turn or hide text.
    [GeneratedRegex(@"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")]
    private static partial Regex UnsafeCharacter();
}
