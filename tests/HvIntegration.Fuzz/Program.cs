using System.Globalization;
using HvIntegration.Fuzz;

const string Usage = """
    fuzz TARGET [--seconds N] [--seed N] [--faults FOLDER]   run changed inputs, 60 s unless said otherwise
    fuzz replay TARGET FILE...                               read files once and say what happens
    fuzz minimise TARGET [FOLDER...]                         make the corpus anew: the smallest inputs that pass every edge
    fuzz list                                                names of the targets
    """;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

switch (args)
{
    case ["list"]:
        Console.WriteLine(string.Join('\n', FuzzTargets.Names));
        return 0;
    case ["child-run", var name, var state, var seconds, var seed, var folder, var found]:
        return await Child.RunAsync(name, state, int.Parse(seconds, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), folder, found, stop.Token);
    case ["child-minimise", var name, var state, _, .. var folders]:
        return await Child.MinimiseAsync(name, state, folders, stop.Token);
    case ["replay", var name, .. var files] when FuzzTargets.Create(name) is { } target && files.Length > 0:
        return await Corpus.ReplayAsync(target, files, stop.Token);
    case ["minimise", var name, .. var folders] when FuzzTargets.Names.Contains(name):
        await new Watcher(name, new FaultFolder(Path.Combine("fuzz-faults"), name)).RunAsync("child-minimise", 0, [Corpus.FolderOf(name), .. folders], stop.Token);
        return 0;
    case [var name, .. var options] when FuzzTargets.Names.Contains(name) && Options.Parse(options) is { } asked:
        return await asked.RunAsync(name, stop.Token);
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
