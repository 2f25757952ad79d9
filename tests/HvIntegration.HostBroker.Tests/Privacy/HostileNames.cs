using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace HvIntegration.HostBroker.Tests.Privacy;

/// <summary>Names of processes and VMs that try to get past what takes them out: made of characters of every Unicode class, of parts of our own sentences and files, and very long.</summary>
internal static class HostileNames
{
    /// <summary>Stands in every name, so that a rest of it is found.</summary>
    public const string Secret = "zqxPayrollzqx";

    private const int PerClass = 3;

    private static readonly string[] OfSentences =
    [
        "; ", " used ", " used 40 % of the logical processors", " (mainly ", ")", ". Also detected: ", "storage quota", ". Virtualization stack: ", ".", "batch-02", "web-01",
        " caused 7 % of the load of the store", ": host CPU contention ", " Without guest-side data the probability is lower.", ", ", " UTC: ", "Most of the increase is its own: it", "root partition",
        "root partition (rest)", "a host process", "process-00000000", "left out",
    ];

    private static readonly string[] OfFiles =
    [
        "\"", "\\", "\\u0041", "</td>", "<script>", "&amp;", "&#x41;", "'", "{", "}", "[", "]", "null", "\n", "\r\n", "\t", "\0", "\u001b[31m", "=1+1", "%00", "../", ",\"culprits\":[]", "\u2028",
    ];

    private static readonly string[] OfLanguages =
    [
        "\u202e", "\u2066", "\u2069", "\u200f", "\u200b", "\ufeff", "\ufffd", "e\u0301\u0301", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u30d0\u30c3\u30af", "\u0421\u0427\u0401\u0422", "\u0130\u0131\u00df",
        "\ud83d\ude00", "\ud83d", "\ude00", new string('x', 3_000), new string('\u0301', 200),
    ];

    private static readonly string[] Pieces = [.. OfSentences, .. OfFiles, .. OfLanguages, .. OfEveryClass()];

    /// <summary>Names, each with <see cref="Secret"/> in it; one that fails is shrunk to the pieces that make it fail.</summary>
    public static Arbitrary<string[]> All { get; } = Arb.From(
        Gen.Elements(Pieces).ArrayOf().SelectMany(before => Gen.Elements(Pieces).ArrayOf().Select(after => (string[])[.. before, Secret, .. after])), Shorter);

    /// <summary>A few names for tests that are slow: one of each sort of piece around the secret.</summary>
    public static IReadOnlyList<string> Some { get; } =
    [
        Secret, "x (mainly " + Secret, Secret + " used 40 % of the logical processors (mainly x). Also detected: storage quota.", "root partition" + Secret,
        "\"," + Secret + "\\u0022", "<b>" + Secret + "</b>&amp;", "\u202e" + Secret + "\u2069", Secret + "\r\n\u2028" + Secret, "\u05e9\u05dc\u05d5\u05dd " + Secret + " \ud83d\ude00", Secret + new string('y', 3_000),
    ];

    private static IEnumerable<string[]> Shorter(string[] pieces) =>
        Enumerable.Range(0, pieces.Length).Where(i => pieces[i] != Secret).Select(i => (string[])[.. pieces[..i], .. pieces[(i + 1)..]]);

    private static IEnumerable<string> OfEveryClass() => Enumerable.Range(0, 0x110000).Where(c => c is < 0xD800 or > 0xDFFF)
        .GroupBy(c => CharUnicodeInfo.GetUnicodeCategory(c)).SelectMany(g => g.Take(PerClass).Append(g.Last())).Select(char.ConvertFromUtf32);
}
