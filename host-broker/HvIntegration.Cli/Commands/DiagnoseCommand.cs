using HvIntegration.Recordings;
using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using System.CommandLine;
using System.Text.Json;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi diagnose</c>: the verdicts with their evidence, of a running broker or of recordings; status 1 when a VM suffers.</summary>
internal static class DiagnoseCommand
{
    private const int EvidenceShown = 3;

    /// <summary>Creates the command with its options.</summary>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="rules">Reads the section <c>Engine</c> of a settings file.</param>
    public static Command Create(TextWriter output, Func<string, RecordingRules> rules)
    {
        var vm = new Argument<string?>("VM") { Description = "VM name or GUID (default: all VMs)", Arity = ArgumentArity.ZeroOrOne, HelpName = "VM" };
        vm.CompletionSources.Add(VmNames.Complete);
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption();
        var recordings = new RecordingOptions(rules);
        var command = new Command(
            "diagnose", "Diagnose each VM: cause, side and evidence, from a running broker or from perfmon recordings (--host). Exit code 1 if a VM is affected")
        { vm, broker, format };
        recordings.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (recordings.Read(parsed) is { } request)
            {
                if (parsed.GetValue(vm) is { } named)
                {
                    throw new CommandException(ExitStatus.Usage, $"'{named}': --host diagnoses all VMs of the recording; omit the VM");
                }

                return OfflineCommand.Run(request, parsed.GetValue(format)!, output, parsed.InvocationConfiguration.Error, cancellation);
            }

            using var client = new ApiClient(parsed.GetValue(broker)!);
            var answers = new List<VmAnswer>();
            SourceLabel source;
            if (parsed.GetValue(vm) is { } one)
            {
                answers.Add(await client.GetAsync<VmAnswer>("api/v1/vms/" + Uri.EscapeDataString(one), cancellation));
                source = answers[0].Source;
            }
            else
            {
                var all = await client.GetVmsAsync(cancellation);
                source = all.Source;
                foreach (var each in all.Vms)
                {
                    answers.Add(await client.GetAsync<VmAnswer>($"api/v1/vms/{each.Id}", cancellation));
                }
            }

            var diagnosed = answers.OrderBy(Rank).ThenByDescending(a => a.Episode?.Severity ?? 0).ToList();
            if (parsed.GetValue(format) == "json")
            {
                var views = diagnosed.Select(a => new Diagnosis(a.Vm.Id, a.Vm.Name, a.Second, a.Verdict, a.Episode, a.Gap)).ToList();
                await output.WriteLineAsync(JsonSerializer.Serialize(new DiagnosisAnswer(source, views), ApiClient.Json));
            }
            else
            {
                Write(new Screen(CommandLine.Console(output)), source, diagnosed);
            }

            return diagnosed.Any(a => Rank(a) == 0) ? ExitStatus.Finding : ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi diagnose", "hvi diagnose web-01 --format json", "hvi diagnose --host hv01.csv --guest web01=web01.csv",
            "hvi diagnose --host hv01.csv --from 2026-01-31T12:00:00Z --to 2026-01-31T12:30:00Z --format json");
    }

    private static int Rank(VmAnswer answer) => answer.Verdict is not { } v ? 2 : Hypotheses.IsHealthy(v.Hypothesis) ? 3 : Hypotheses.IsUnknown(v.Hypothesis) ? 1 : 0;

    private static void Write(Screen screen, SourceLabel source, List<VmAnswer> answers)
    {
        SourceLine.Write(screen, source);
        foreach (var answer in answers)
        {
            string name = Screen.Safe(answer.Vm.Name, 40);
            if (answer.Verdict is not { } verdict)
            {
                screen.Line(("○ ", Styles.Dim), (name, Styles.Strong), ("  no data yet", Styles.Dim));
                continue;
            }

            var style = Styles.OfVerdict(verdict.Hypothesis, verdict.Side);
            screen.Line(("● ", style), (name, Styles.Strong), ("  " + Screen.Safe(verdict.Title), style), ($"  {Quantity.Sure(verdict.Hypothesis, verdict.Probability)}", Styles.Dim));
            screen.Wrapped(verdict.Sentence, 2);
            GapLines.WriteOpen(screen, answer.Gap, 2);
            GapLines.Write(screen, answer.Episode?.Gaps ?? [], 2);
            if (Rank(answer) > 1)
            {
                continue;
            }

            if (verdict.WhatHelps.Length > 0)
            {
                screen.Wrapped(verdict.WhatHelps, 2);
            }

            EvidenceLines.Write(screen, verdict, EvidenceShown);
            CulpritLines.Write(screen, verdict.Culprits);
            screen.Line();
        }
    }

    /// <summary>One VM's verdict as <c>--format json</c> gives it.</summary>
    private sealed record Diagnosis(Guid Id, string Name, long Second, VerdictView? Verdict, EpisodeView? Episode, GapView? Gap);

    /// <summary>All verdicts, worst first.</summary>
    private sealed record DiagnosisAnswer(SourceLabel Source, IReadOnlyList<Diagnosis> Vms);
}
