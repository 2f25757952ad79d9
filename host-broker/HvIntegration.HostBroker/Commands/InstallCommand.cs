using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Composition;
using System.CommandLine;
using System.Runtime.Versioning;
using System.Security;
using HvIntegration.Protocol.Handshake;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi install</c> and <c>hvi uninstall</c>: what a Hyper-V host needs so that VMs can reach the broker.</summary>
internal static class InstallCommand
{
    public static Command Create(TextWriter output)
    {
        var registerOnly = new Option<bool>("--register-only") { Description = "Register only the service GUID, without a Windows service" };
        var noStart = new Option<bool>("--no-start") { Description = "Create the Windows service, but do not start it" };
        var folderOnly = new Option<bool>("--folder-only") { Description = "Create only the folder for settings, token and history, with access for administrators and the system" };
        var command = new Command("install", "On a Hyper-V host: register the service GUID that VMs connect to, and create and start the Windows service") { registerOnly, noStart, folderOnly };
        command.SetAction(parsed =>
        {
            if (!OperatingSystem.IsWindows())
            {
                throw NotHere();
            }

            if (parsed.GetValue(folderOnly))
            {
                Protect(output);
                return ExitStatus.Ok;
            }

            Install(parsed.GetValue(registerOnly), !parsed.GetValue(noStart), output);
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi install", "hvi install --register-only");
    }

    public static Command CreateUninstall(TextWriter output)
    {
        var command = new Command("uninstall", "Remove everything that install created, except the history");
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
            output.WriteLine($"service {ProtocolLimits.HvSocketServiceId:D} is registered: VMs of this host can connect");
            if (registerOnly)
            {
                return;
            }

            Protect(output);
            if (WindowsInstallation.WriteSettings() is { } settings)
            {
                output.WriteLine($"settings are in {settings}: the API requires a token, the console of administrators does not");
            }

            WindowsInstallation.CreateService(Environment.ProcessPath!);
            output.WriteLine($"Windows service '{WindowsInstallation.ServiceName}' was created");
            if (start)
            {
                WindowsInstallation.StartService();
                output.WriteLine("it was started; check it with hvi check");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw Refused(e);
        }
    }

    [SupportedOSPlatform("windows")]
    private static void Protect(TextWriter output)
    {
        try
        {
            string? aside = WindowsInstallation.ProtectData();
            output.WriteLine($"{WindowsInstallation.DataFolder} is accessible to administrators and the system only");
            if (aside is not null)
            {
                output.WriteLine($"an existing folder of that name belonged to a user; it was set aside and is not used: {aside}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException or InvalidOperationException)
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
            output.WriteLine($"Windows service '{WindowsInstallation.ServiceName}' and service {ProtocolLimits.HvSocketServiceId:D} were removed; the history was kept");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw Refused(e);
        }
    }

    private static CommandException NotHere() => new(
        ExitStatus.Usage, "install and uninstall work on Windows hosts only. On Linux, run 'hvi broker' from a systemd unit; no registration is required");

    private static CommandException Refused(Exception e) => e is IOException
        ? new(ExitStatus.BrokerError, e.Message, e)
        : new(ExitStatus.Usage, $"access denied: {e.Message} Run the command in a console that was started as administrator.", e);
}
