using System.CommandLine;
using System.Runtime.Versioning;
using System.Security;
using HvIntegration.HostBroker.Hosting;
using HvIntegration.Protocol.Handshake;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi install</c> and <c>hvi uninstall</c>: what a Hyper-V host needs so that VMs can reach the broker.</summary>
internal static class InstallCommand
{
    public static Command Create(TextWriter output)
    {
        var registerOnly = new Option<bool>("--register-only") { Description = "Only register the service GUID: no Windows service" };
        var noStart = new Option<bool>("--no-start") { Description = "Make the Windows service, but do not start it" };
        var command = new Command("install", "On a Hyper-V host: register the service GUID that VMs dial, and make and start the Windows service") { registerOnly, noStart };
        command.SetAction(parsed =>
        {
            if (!OperatingSystem.IsWindows())
            {
                throw NotHere();
            }

            Install(parsed.GetValue(registerOnly), !parsed.GetValue(noStart), output);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi install", "hvi install --register-only");
    }

    public static Command CreateUninstall(TextWriter output)
    {
        var command = new Command("uninstall", "Remove what install made; the history stays");
        command.SetAction(_ =>
        {
            if (!OperatingSystem.IsWindows())
            {
                throw NotHere();
            }

            Uninstall(output);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi uninstall");
    }

    [SupportedOSPlatform("windows")]
    private static void Install(bool registerOnly, bool start, TextWriter output)
    {
        try
        {
            WindowsInstallation.Register();
            output.WriteLine($"service {ProtocolLimits.HvSocketServiceId:D} is registered: VMs of this host may dial it");
            if (registerOnly)
            {
                return;
            }

            WindowsInstallation.CreateService(Environment.ProcessPath!);
            output.WriteLine($"Windows service '{WindowsInstallation.ServiceName}' is made");
            if (start)
            {
                WindowsInstallation.StartService();
                output.WriteLine("it was started; hvi check tells how it does");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw Refused(e);
        }
    }

    [SupportedOSPlatform("windows")]
    private static void Uninstall(TextWriter output)
    {
        try
        {
            WindowsInstallation.RemoveService();
            WindowsInstallation.Unregister();
            output.WriteLine($"Windows service '{WindowsInstallation.ServiceName}' and service {ProtocolLimits.HvSocketServiceId:D} are removed; the history stays");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw Refused(e);
        }
    }

    private static CommandException NotHere() => new(
        ExitStatus.Usage, "install and uninstall are for Windows hosts; on Linux run 'hvi broker' from a systemd unit: nothing needs to be registered");

    private static CommandException Refused(Exception e) => e is IOException
        ? new(ExitStatus.BrokerError, e.Message, e)
        : new(ExitStatus.Usage, $"this account may not: {e.Message} Run it in a console that was started as administrator.", e);
}
