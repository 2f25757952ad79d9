using System.Management.Automation.Language;
using System.Text;

namespace HvIntegration.ScriptTests;

/// <summary>Scripts of ours are for Windows PowerShell 5.1, which no test here can run: they use nothing that it cannot read.</summary>
public sealed class WindowsPowerShellTests
{
    [Fact]
    public void Scripts_Each_UseOnlyWhatWindowsPowerShellReads()
    {
        string[] scripts = [.. Directory.EnumerateFiles(Path.Join(RepositoryFolder.Path, "deploy"), "*.ps1", SearchOption.AllDirectories)];

        Assert.NotEmpty(scripts);
        Assert.All(scripts, s => Assert.Empty(WindowsPowerShellSyntax.Find(File.ReadAllBytes(s))));
    }

    [Fact]
    public void InstallGuests_SaysWhatItNeeds_AndDocumentsEveryParameter()
    {
        var script = Parser.ParseFile(InstallGuestsRun.Script, out _, out _);
        var help = script.GetHelpContent();

        Assert.Equal(new Version(5, 1), script.ScriptRequirements.RequiredPSVersion);
        Assert.True(script.ScriptRequirements.IsElevationRequired);
        Assert.Equal(["Hyper-V"], script.ScriptRequirements.RequiredModules.Select(m => m.Name));
        Assert.NotEmpty(help.Synopsis);
        Assert.Equal(2, help.Examples.Count);
        Assert.Equal(
            script.ParamBlock.Parameters.Select(p => p.Name.VariablePath.UserPath.ToUpperInvariant()).Order(), help.Parameters.Keys.Select(k => k.ToUpperInvariant()).Order());
    }

    [Theory]
    [InlineData("$a = $true ? 1 : 2")]
    [InlineData("$a = $b ?? 1")]
    [InlineData("$b ??= 1")]
    [InlineData("${a}?.Length")]
    [InlineData("${a}?[0]")]
    [InlineData("Get-Item a && Get-Item b")]
    [InlineData("Get-Item a || Get-Item b")]
    [InlineData("Get-Item a &")]
    [InlineData("function f { process { } clean { } }")]
    [InlineData("1..2 | ForEach-Object -Parallel { $_ }")]
    [InlineData("\"`u{1F600}\"")]
    [InlineData("if ($IsWindows) { 1 }")]
    [InlineData("$isWindows = 1")]
    [InlineData("'\u00e4'")]
    public void Check_FindsWhatCameLater(string script) => Assert.NotEmpty(WindowsPowerShellSyntax.Find(Encoding.UTF8.GetBytes(script)));

    [Theory]
    [InlineData("Get-Item a | Where-Object { $_.Name -like '*?' } | ForEach-Object Name")]
    [InlineData("\"a `\"b`\" `$c && d\"")]
    [InlineData("$x = if ($a) { 1 } else { 2 }")]
    public void Check_LeavesTheOldAlone(string script) => Assert.Empty(WindowsPowerShellSyntax.Find(Encoding.UTF8.GetBytes(script)));
}
