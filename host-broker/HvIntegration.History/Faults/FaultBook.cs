namespace HvIntegration.History.Faults;

/// <summary>What is wrong with history now, for the health page. Thread-safe.</summary>
internal sealed class FaultBook
{
    // Damaged files are rare; more than this many sentences would tell nobody anything new.
    private const int AsidesMax = 8;

    private readonly Lock _gate = new();
    private readonly List<string> _asides = [];
    private int _asidesMore;
    private string? _write;
    private string? _upkeep;

    /// <summary>Every sentence that holds now; null when all is well.</summary>
    public string? Text
    {
        get
        {
            lock (_gate)
            {
                var sentences = new[] { _write, _upkeep }.OfType<string>().Distinct().Concat(_asides).ToList();
                if (_asidesMore > 0)
                {
                    sentences.Add($"{_asidesMore} more files were set aside.");
                }

                return sentences.Count == 0 ? null : string.Join(' ', sentences);
            }
        }
    }

    /// <summary>Notes what commits meet; null when they work.</summary>
    /// <returns>True when that is new.</returns>
    public bool Write(string? sentence) => Set(ref _write, sentence);

    /// <summary>Notes what upkeep meets; null when it works.</summary>
    /// <returns>True when that is new.</returns>
    public bool Upkeep(string? sentence) => Set(ref _upkeep, sentence);

    /// <summary>Notes a file that was set aside; it stays noted until the next start.</summary>
    public void Aside(string sentence)
    {
        lock (_gate)
        {
            if (_asides.Count < AsidesMax)
            {
                _asides.Add(sentence);
            }
            else
            {
                _asidesMore++;
            }
        }
    }

    private bool Set(ref string? field, string? sentence)
    {
        lock (_gate)
        {
            var changed = !string.Equals(field, sentence, StringComparison.Ordinal);
            field = sentence;
            return changed;
        }
    }
}
