using HvIntegration.Cli.Client;
using System.CommandLine;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi completion SHELL</c>: the script that makes a shell complete <c>hvi</c>.</summary>
/// <remarks>
/// Each script gives the line up to the cursor, without the program's name, to the parser's own <c>[suggest:N]</c> directive: what it proposes is what
/// the parser takes, names of VMs of the running broker among it.
/// </remarks>
internal static class CompletionCommand
{
    private const string Bash = """
        # hvi completion for bash: source <(hvi completion bash)
        _hvi() {
            local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} IFS=$'\n'
            line=${line#"$program"}
            line=${line# }
            # bash breaks words at colons, and the word it replaces begins after the last one.
            local whole=${line##* } colon=""
            case $COMP_WORDBREAKS in *:*) case $whole in *:*) colon=${whole%:*}: ;; esac ;; esac
            [ "$word" = : ] && word=""
            COMPREPLY=()
            local item
            while read -r item; do
                case $item in /[?h] | -\?) ;; "$whole"*) COMPREPLY+=("$(printf %q "${item#"$colon"}")") ;; esac
            done < <("$program" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _hvi hvi
        """;

    private const string Zsh = """
        #compdef hvi
        # hvi completion for zsh: source <(hvi completion zsh)
        _hvi() {
            # Requests all candidates for this word; zsh selects those that match, and quotes them.
            local line="${(j: :)words[2,CURRENT-1]}"
            line="${line:+$line }"
            local -a items
            items=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            items=(${items:#(|/[?h]|-\?)})
            compadd -- "${items[@]}" || _files
        }
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
        compdef _hvi hvi
        """;

    private const string PowerShell = """
        # hvi completion for PowerShell: hvi completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName 'hvi', 'hvi.exe' -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            # Requests all candidates for this word; those that match are selected here.
            $line = ''
            foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
                if ($element.Extent.EndOffset -lt $cursorPosition) { $line += $element.Extent.Text + ' ' }
            }
            $word = $wordToComplete -replace "^[`"'\u2018-\u201b]|[`"'\u2018-\u201b]$"
            & $commandAst.GetCommandName() "[suggest:$($line.Length)]" $line |
                Where-Object { $_ -and $_ -notin '/?', '/h', '-?' -and $_.StartsWith($word, [StringComparison]::OrdinalIgnoreCase) } |
                ForEach-Object {
                    # PowerShell takes four typographic quotes for ' too; each is doubled within quotes.
                    $text = if ($_ -match '[^A-Za-z0-9_./:-]') { "'" + ($_ -replace "['\u2018-\u201b]", '$0$0') + "'" } else { $_ }
                    [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
                }
        }
        """;

    public static Command Create(TextWriter output)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or powershell", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "powershell");
        var command = new Command("completion", "Print the script that makes a shell complete hvi, VM names included") { shell };
        command.SetAction(parsed =>
        {
            output.WriteLine(parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => PowerShell,
            });
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "source <(hvi completion bash)", "hvi completion bash > /etc/bash_completion.d/hvi", "source <(hvi completion zsh)",
            "hvi completion powershell | Out-String | Invoke-Expression");
    }
}
