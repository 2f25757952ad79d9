using System.CommandLine;
using System.Globalization;
using HvIntegration.Soak;

var hours = new Option<double>("--hours") { Description = "Simulated hours.", DefaultValueFactory = _ => 72 };
var vms = new Option<int>("--vms") { Description = "VMs at one time, at least 3.", DefaultValueFactory = _ => 64 };
var step = new Option<int>("--step") { Description = "Seconds the clock is turned at a time; every sample is that far apart. 2 to 30.", DefaultValueFactory = _ => 10 };
var warmUp = new Option<double>("--warm-up") { Description = "Hours whose measurements count for nothing; until then what is kept for a time fills.", DefaultValueFactory = _ => 26 };
var every = new Option<int>("--every") { Description = "Simulated minutes between two measurements.", DefaultValueFactory = _ => 60 };
var secondHours = new Option<int>("--second-hours") { Description = "Hours for which raw counters are kept.", DefaultValueFactory = _ => 24 };
var sizeMax = new Option<int>("--size-max") { Description = "Limit of history, MiB.", DefaultValueFactory = _ => 4096 };
var memoryMax = new Option<int>("--memory-max") { Description = "Memory the database may use, MiB.", DefaultValueFactory = _ => 256 };
var growthMax = new Option<double>("--growth-max") { Description = "Most that memory may grow after the warm-up, as a share.", DefaultValueFactory = _ => 0.05 };
var minutes = new Option<double>("--minutes") { Description = "End after so many real minutes where it is, and judge that.", DefaultValueFactory = _ => 600 };
var seed = new Option<int>("--seed") { Description = "Seed of all that happens.", DefaultValueFactory = _ => 1 };
var result = new Option<string?>("--result") { Description = "Also write what is printed to this file." };
var command = new RootCommand("Runs a whole broker under a turned clock, with VMs, devices, processes and boots that come and go, and checks that nothing grows.")
{
    hours, vms, step, warmUp, every, secondHours, sizeMax, memoryMax, growthMax, minutes, seed, result,
};
command.SetAction(async (parsed, _) =>
{
    string folder = Directory.CreateTempSubdirectory("hvi-soak-").FullName;
    var lines = new List<string>();
    void Tell(string line)
    {
        lines.Add(line);
        Console.WriteLine(line);
        if (parsed.GetValue(result) is { } file)
        {
            File.WriteAllLines(file, lines);
        }
    }

    try
    {
        using var log = new LogBook();
        var plan = new SoakPlan(
            parsed.GetValue(hours), Math.Max(3, parsed.GetValue(vms)), Math.Clamp(parsed.GetValue(step), 2, 30), parsed.GetValue(warmUp), parsed.GetValue(every),
            parsed.GetValue(secondHours), parsed.GetValue(sizeMax), parsed.GetValue(memoryMax), folder, parsed.GetValue(growthMax), TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(seed));
        var run = new SoakRun(plan, log);
        await run.RunAsync(Tell);
        Tell(run.Sums);
        if (run.Measured.Count >= 3)
        {
            var (managed, managedLast) = Flatness.Thirds(run.Measured, m => m.ManagedBytes / 1048576.0);
            var (resident, residentLast) = Flatness.Thirds(run.Measured, m => m.ResidentBytes / 1048576.0);
            Tell(string.Create(CultureInfo.InvariantCulture, $"from the first third after the warm-up to the last: managed {managed:0.0} to {managedLast:0.0} MiB ({(managedLast / managed) - 1:+0.0%;-0.0%}), rss {resident:0.0} to {residentLast:0.0} MiB ({(residentLast / resident) - 1:+0.0%;-0.0%})"));
        }

        foreach (string line in run.Lines)
        {
            Tell("log: " + line);
        }

        foreach (string fault in run.Faults)
        {
            Tell("FAULT: " + fault);
        }

        Tell(run.Faults.Count == 0 ? "flat: nothing grows, every promise holds" : string.Create(CultureInfo.InvariantCulture, $"{run.Faults.Count} faults"));
        return run.Faults.Count == 0 ? 0 : 1;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
});
return await command.Parse(args).InvokeAsync();
