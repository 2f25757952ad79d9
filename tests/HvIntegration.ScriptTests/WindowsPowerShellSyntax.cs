using System.Management.Automation.Language;
using System.Text;

namespace HvIntegration.ScriptTests;

/// <summary>Finds what PowerShell 7 reads and Windows PowerShell 5.1, which every Windows brings, does not.</summary>
internal static class WindowsPowerShellSyntax
{
    private static readonly TokenKind[] NewTokens =
        [TokenKind.QuestionQuestion, TokenKind.QuestionQuestionEquals, TokenKind.QuestionDot, TokenKind.QuestionLBracket, TokenKind.QuestionMark, TokenKind.AndAnd, TokenKind.OrOr, TokenKind.Clean];

    private static readonly string[] NewVariables = ["IsWindows", "IsLinux", "IsMacOS", "IsCoreCLR", "PSStyle"];

    /// <summary>Each finding as <c>LINE: WHAT</c>; empty: 5.1 can read it.</summary>
    /// <param name="script">The file's bytes.</param>
    public static IReadOnlyList<string> Find(byte[] script)
    {
        // Without a byte order mark 5.1 reads a file in the system's own code page.
        var findings = new List<string>();
        if (script.Any(b => b > 127) && !script.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            findings.Add("0: bytes beyond ASCII without a byte order mark");
        }

        var tree = Parser.ParseInput(Encoding.UTF8.GetString(script), out Token[] tokens, out ParseError[] errors);
        findings.AddRange(errors.Select(e => Tell(e.Extent, e.Message)));
        findings.AddRange(tokens.Where(t => NewTokens.Contains(t.Kind)).Select(t => Tell(t.Extent, $"operator or keyword '{t.Text}'")));
        findings.AddRange(tree.FindAll(IsNew, searchNestedScriptBlocks: true).Select(a => Tell(a.Extent, a.GetType().Name)));
        findings.AddRange(tokens.OfType<StringExpandableToken>().Where(t => t.Text.Contains("`u{", StringComparison.Ordinal) || t.Text.Contains("`e", StringComparison.Ordinal))
            .Select(t => Tell(t.Extent, "escape `u{} or `e")));
        return findings;
    }

    private static bool IsNew(Ast tree) => tree switch
    {
        TernaryExpressionAst => true,
        PipelineChainAst => true,
        PipelineAst { Background: true } => true,
        MemberExpressionAst { NullConditional: true } => true,
        IndexExpressionAst { NullConditional: true } => true,
        ScriptBlockAst { CleanBlock: not null } => true,
        // Cmdlets and parameters that came later; those that a script of ours could be tempted to use.
        CommandAst command when command.GetCommandName() is "ForEach-Object" or "%" => HasParameter(command, "Parallel"),
        CommandAst command when command.GetCommandName() is "Join-Path" => HasParameter(command, "AdditionalChildPath"),
        CommandAst command when command.GetCommandName() is "ConvertFrom-Json" => HasParameter(command, "AsHashtable"),
        CommandAst command when command.GetCommandName() is "Get-Error" or "Test-Json" or "ConvertFrom-Markdown" or "Join-String" or "Remove-Service" => true,
        // To set one of these, 7 refuses; to read one, 5.1 knows none.
        VariableExpressionAst variable => NewVariables.Contains(variable.VariablePath.UserPath, StringComparer.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool HasParameter(CommandAst command, string name) =>
        command.CommandElements.OfType<CommandParameterAst>().Any(p => p.ParameterName.Length > 1 && name.StartsWith(p.ParameterName, StringComparison.OrdinalIgnoreCase));

    private static string Tell(IScriptExtent extent, string what) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{extent.StartLineNumber}: {what}");
}
