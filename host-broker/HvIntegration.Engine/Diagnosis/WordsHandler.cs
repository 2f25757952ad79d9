using System.Runtime.CompilerServices;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Formats a sentence only when somebody will read it: the verdict of a second is weighed far more often than it is told.</summary>
[InterpolatedStringHandler]
internal ref struct WordsHandler
{
    private DefaultInterpolatedStringHandler _text;

    public WordsHandler(int literalLength, int formattedCount, Symptoms symptoms, out bool shouldAppend)
    {
        shouldAppend = symptoms.Explaining;
        _text = shouldAppend
            ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture)
            : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted(string? value) => _text.AppendFormatted(value);

    public string Text(bool explaining) => explaining ? _text.ToStringAndClear() : string.Empty;
}
