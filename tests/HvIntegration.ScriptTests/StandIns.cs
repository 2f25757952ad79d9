namespace HvIntegration.ScriptTests;

/// <summary>Scripts that stand in for what only a Hyper-V host or a Windows guest has.</summary>
internal static class StandIns
{
    /// <summary>Path of one.</summary>
    public static string PathOf(string name) => Path.Join(RepositoryFolder.Path, "tests", "HvIntegration.ScriptTests", "StandIns", name);

    /// <summary>Text of one.</summary>
    public static string Read(string name) => File.ReadAllText(PathOf(name));
}
