using System.Security.Cryptography;

namespace HvIntegration.Fuzz;

/// <summary>Keeps inputs that are faults, each with the command that replays it; the first of each kind.</summary>
/// <param name="folder">Made when there is a fault.</param>
/// <param name="target">Name of the target.</param>
internal sealed class FaultFolder(string folder, string target)
{
    private const int KindsMax = 50;
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);

    /// <summary>Kinds of faults since the start.</summary>
    public int Count => _kinds.Count;

    /// <summary>Keeps one.</summary>
    /// <param name="kind">Faults of one kind have one cause.</param>
    /// <param name="words">What happened, in full.</param>
    /// <param name="input">What was read.</param>
    public void Add(string kind, string words, byte[] input)
    {
        if (_kinds.Count >= KindsMax || !_kinds.Add(kind))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, $"{target}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(file + ".bin", input);
        string replay = $"tests/HvIntegration.Fuzz/fuzz replay {target} {file}.bin";
        File.WriteAllText(file + ".txt", $"{replay}\n\n{words}\n");
        Console.WriteLine($"{target}: FAULT {kind}\n  {replay}");
    }

    /// <summary>The kind of an exception: its type and the first place of ours that it came through.</summary>
    public static string KindOf(Exception e)
    {
        string? place = (e.StackTrace ?? "").Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith("at HvIntegration.", StringComparison.Ordinal));
        return $"{e.GetType().Name} {place?.Split(" in ")[0] ?? "outside of our code"}";
    }
}
