using System.Globalization;
using System.Text;
using HvIntegration.Protocol.Text;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Where a recording is being read: what is wrong or worth a notice there names its file and line.</summary>
/// <param name="file">File as the caller named it.</param>
/// <param name="lines">Reader of its lines.</param>
internal sealed class RecordingPlace(string file, PdhLineReader lines)
{
    private const int NoticesMax = 20;
    private readonly List<string> _notices = [];

    /// <summary>File as the caller named it.</summary>
    public string File => file;

    /// <summary>Foreign text for a message: clean, and not longer than a line.</summary>
    public static string Short(string text) => SafeText.Shortened(text, 80, new Rune('?'));

    /// <summary>Notes something worth knowing; what is over the bound is left out.</summary>
    public void Notice(string text)
    {
        if (_notices.Count < NoticesMax)
        {
            _notices.Add(text);
        }
    }

    /// <summary>What was noted since the last call.</summary>
    public IReadOnlyList<string> TakeNotices()
    {
        string[] taken = [.. _notices];
        _notices.Clear();
        return taken;
    }

    /// <summary>The error that the recording cannot be read on from here.</summary>
    /// <param name="column">Field from 1; 0 for the line as a whole.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="remedy">What to do.</param>
    public PdhCsvException Bad(int column, string problem, string remedy) => new(file, lines.Number, column, problem, remedy);

    /// <summary>File and line of this moment.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{file}, line {lines.Number}");
}
