namespace HvIntegration.CounterSources.Qemu;

/// <summary>The file names that tie a VM's monitor and its agent's socket together.</summary>
internal static class QemuSocketNames
{
    /// <summary>Ending of monitor sockets.</summary>
    public const string MonitorEnding = ".qmp";

    /// <summary>Ending of agent sockets.</summary>
    public const string AgentEnding = ".agent.sock";

    /// <summary>Path on which the broker listens for the agent of the VM whose monitor this is.</summary>
    /// <param name="monitorPath">FOLDER/NAME.qmp.</param>
    public static string AgentPath(string monitorPath) =>
        Path.Join(Path.GetDirectoryName(monitorPath), VmName(monitorPath) + AgentEnding);

    /// <summary>Key by which a connection on that path is known: <c>unix:PATH</c>.</summary>
    public static string AgentAddress(string monitorPath) => "unix:" + AgentPath(monitorPath);

    /// <summary>File name without the ending.</summary>
    public static string VmName(string monitorPath) =>
        Path.GetFileName(monitorPath) is var name && name.EndsWith(MonitorEnding, StringComparison.Ordinal)
            ? name[..^MonitorEnding.Length]
            : Path.GetFileNameWithoutExtension(name);
}
