using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>Finds the texts in C#, Razor and JavaScript sources that a user can see: string literals, and in Razor the text between tags. Comments and interpolation holes are left out.</summary>
internal static partial class SourceStrings
{
    /// <summary>Texts with at least two words, each with its line; a single word may be an id.</summary>
    /// <param name="name">Name of the file; its extension selects the language.</param>
    /// <param name="source">Content of the file.</param>
    public static IEnumerable<(int Line, string Text)> Of(string name, string source)
    {
        string code = name.EndsWith(".cs", StringComparison.Ordinal) ? source : Comments().Replace(source, m => new string('\n', m.Value.Count(c => c == '\n')));
        var texts = Literals(code, 0);
        if (name.EndsWith(".razor", StringComparison.Ordinal))
        {
            texts = texts.Concat(Between().Matches(code).Select(m => (m.Index, m.Groups["text"].Value)));
        }

        return texts.Where(t => Prose().IsMatch(t.Text)).Select(t => (code.AsSpan(0, t.At).Count('\n') + 1, t.Text));
    }

    // The literals in the holes of an interpolated one are literals too.
    private static IEnumerable<(int At, string Text)> Literals(string code, int at)
    {
        foreach (Match match in Literal().Matches(code))
        {
            string text = match.Groups["text"].Value;
            if (!match.Groups["text"].Success)
            {
                continue;
            }

            bool hasHoles = match.Value[0] is '$' || match.Value.StartsWith("@$", StringComparison.Ordinal) || match.Value[0] == '`';
            yield return (at + match.Index, hasHoles ? Hole().Replace(text, " ") : text);
            if (!hasHoles)
            {
                continue;
            }

            foreach (Match hole in Hole().Matches(text))
            {
                foreach (var inner in Literals(hole.Value, at + match.Index))
                {
                    yield return inner;
                }
            }
        }
    }

    // Comments and characters match first, so that a quote in them begins no literal.
    [GeneratedRegex("""
        //[^\n]*|/\*[\s\S]*?\*/|'(?:\\[^\n'][^'\n]*|[^'\\\n])'
        |\$*(?<raw>"{3,})(?<text>[\s\S]*?)\k<raw>
        |(?:\$@|@\$|@)"(?<text>(?:[^"]|"")*)"
        |\$"(?<text>(?:[^"\\{]|\\.|\{\{|\{(?:[^{}"]|"(?:[^"\\]|\\.)*"|\{[^{}]*\})*\})*)"
        |"(?<text>(?:[^"\\\n]|\\.)*)"
        |`(?<text>(?:[^`\\]|\\.)*)`
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Literal();

    [GeneratedRegex("""\{(?:[^{}"]|"(?:[^"\\]|\\.)*"|\{[^{}]*\})*\}""", RegexOptions.CultureInvariant)]
    private static partial Regex Hole();

    [GeneratedRegex(@"@\*[\s\S]*?\*@|\bclass=""[^""]*""|^\s*//[^\n]*|(?<=[;{},] )\s*//[^\n]*", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Comments();

    [GeneratedRegex(@">(?<text>[^<>@{}=;]+)<", RegexOptions.CultureInvariant)]
    private static partial Regex Between();

    [GeneratedRegex(@"[A-Za-z]{2,}[,.:;]? +[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Prose();
}
