using HvIntegration.Api.Contract;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Top;
using HvIntegration.Model;
using Spectre.Console;

namespace HvIntegration.HostBroker.Tests.Commands;

/// <summary>A cause that is open has no probability, on no screen.</summary>
public sealed class OpenCauseTests
{
    private static readonly VerdictBrief Open = new(HypothesisIds.Unknown, "none", 0.4321, "Cause unknown", "web-01 is slow.");
    private static readonly VerdictBrief Named = new(HypothesisIds.CpuCap, "configuration", 0.8765, "CPU cap", "web-01 is at its cap.");

    [Fact]
    public void Vms_OfAnOpenCause_GiveNoPercentage()
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 120;

        VmsScreen.Write(console, new VmsAnswer(new SourceLabel("qemu", "live", null), 100, [Vm("web-01", Open), Vm("web-02", Named)], 2, null));

        Assert.Contains("Cause unknown", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("43", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("CPU cap 87.7 %", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Quantity_OfAnOpenCause_HasWordsWhereThereIsRoomAndNothingElse()
    {
        Assert.Equal(("no probability", ""), (Quantity.Sure(Open.Hypothesis, Open.Probability), Quantity.Likely(Open.Hypothesis, Open.Probability)));
        Assert.Equal(("probability 87.7 %", " 87.7 %"), (Quantity.Sure(Named.Hypothesis, Named.Probability), Quantity.Likely(Named.Hypothesis, Named.Probability)));
    }

    [Fact]
    public void Top_OfAnOpenCause_GivesNoPercentage()
    {
        var model = new TopModel();
        model.Take(new VmsAnswer(new SourceLabel("qemu", "live", null), 100, [Vm("web-01", Open), Vm("web-02", Named)], 2, null));

        string screen = string.Join('\n', TopScreen.Draw(model, 160, 24).Select(l => string.Concat(l.Select(p => p.Text))));

        Assert.Contains("Cause unknown", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("43", screen, StringComparison.Ordinal);
        Assert.Contains("87.7 %", screen, StringComparison.Ordinal);
    }

    private static VmSummary Vm(string name, VerdictBrief verdict) => new(Guid.NewGuid(), name, "running", "live", 2, null, true, true, verdict, [], 50, false, 0.5, null);
}
