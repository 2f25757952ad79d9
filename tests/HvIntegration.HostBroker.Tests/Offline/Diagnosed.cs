using HvIntegration.HostBroker.Tests.Commands;
using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.Offline;

/// <summary>What the command answered.</summary>
internal sealed record Diagnosed(int Status, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public List<JsonElement> Episodes => [.. Json.GetProperty("episodes").EnumerateArray()];

    public List<string> Hypotheses => [.. Episodes.Select(e => e.GetProperty("vm").GetString() + " " + e.GetProperty("hypothesis").GetString())];

    public static async Task<Diagnosed> RunAsync(params string[] args)
    {
        var run = await ConsoleRun.RunAsync(args);
        return new Diagnosed(run.Status, run.Output, run.Errors);
    }

    /// <summary>The only hypothesis of a VM; fails when it has none or several.</summary>
    public JsonElement Only(string vm, string hypothesis)
    {
        var own = Episodes.Where(e => e.GetProperty("vm").GetString() == vm).ToList();
        Assert.True(
            own.Count > 0 && own.All(e => e.GetProperty("hypothesis").GetString() == hypothesis),
            $"{vm}: {string.Join(", ", own.Select(e => $"{e.GetProperty("hypothesis")} {e.GetProperty("probability")} {e.GetProperty("start")}..{e.GetProperty("end")}"))}; expected {hypothesis}\n{Errors}");
        return own[0];
    }
}
