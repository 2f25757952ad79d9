using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace HvIntegration.ScriptTests;

/// <summary>The completion script that <c>hvi completion powershell</c> prints, in a hosted PowerShell: a VM's name never becomes code.</summary>
public sealed partial class CompletionScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-ps-").FullName;

    [Theory]
    [InlineData("web-01")]
    [InlineData("two words")]
    [InlineData("ev'; calc; '")]
    [InlineData("ev\u2019; calc; \u2018")]
    [InlineData("ev\u201A; calc; \u201B")]
    [InlineData("ev\u2018\u2019\u201A\u201B'; calc")]
    [InlineData("ev$(calc)")]
    [InlineData("ev`calc")]
    [InlineData("ev\u201C; calc; \u201D\"")]
    [InlineData("@ev")]
    [InlineData("ev\u2013x | calc # & calc")]
    public void Complete_NameOfAnyCharacters_IsOneLiteralArgument(string name)
    {
        string program = Path.Combine(_folder, "hvi");
        File.WriteAllText(program, $"#!/bin/sh\ncat <<'END-OF-NAME'\n{name}\nEND-OF-NAME\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using var shell = PowerShell.Create();
        shell.AddScript($"$env:PATH = '{_folder}:' + $env:PATH\n{Script()}").Invoke();
        shell.Commands.Clear();

        var completion = CommandCompletion.CompleteInput("hvi show ", 9, null, shell);

        string text = Assert.Single(completion.CompletionMatches).CompletionText;
        var script = Parser.ParseInput($"hvi show {text}", out _, out var errors);
        Assert.Empty(errors);
        var command = Assert.IsType<CommandAst>(Assert.Single(script.FindAll(a => a is CommandAst, searchNestedScriptBlocks: true)));
        var argument = Assert.IsType<StringConstantExpressionAst>(command.CommandElements[2]);
        Assert.Equal((3, name), (command.CommandElements.Count, argument.Value));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GeneratedRegex("string PowerShell = \"\"\"\n(?<script>.*?)\n +\"\"\";", RegexOptions.Singleline)]
    private static partial Regex ScriptPattern();

    // As it stands in the source: this project runs no hvi.
    private static string Script()
    {
        string source = File.ReadAllText(Path.Join(RepositoryFolder.Path, "host-broker", "HvIntegration.Cli", "Commands", "CompletionCommand.cs"));
        return ScriptPattern().Match(source.ReplaceLineEndings("\n")).Groups["script"].Value;
    }
}
