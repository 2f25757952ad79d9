using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Windows.Installation;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>Run by the Windows package with the rights of the installer: the folder of the settings and the right to read counters.</summary>
/// <param name="output">Takes what was done.</param>
internal sealed class PrepareCommand(TextWriter output)
{
    /// <summary>Prepares this machine for the service.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not Windows: the packages of Linux need no such step.</exception>
    public int Run()
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("prepare is for Windows guests; packages of Linux bring their rights with their files");
        }

        MachinePreparation.Run(Path.GetDirectoryName(OptionsFile.DefaultPath)!, output);
        return ExitStatus.Healthy;
    }
}
