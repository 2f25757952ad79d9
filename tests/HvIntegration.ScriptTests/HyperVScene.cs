using System.Globalization;
using System.Management.Automation;
using System.Net;

namespace HvIntegration.ScriptTests;

/// <summary>A Hyper-V host with its virtual machines, behind the stand-ins of its cmdlets. Error texts are those of the real ones.</summary>
public sealed class HyperVScene : IDisposable
{
    /// <summary>Of the guests' administrators, if nothing else is said.</summary>
    public const string Password = "right";

    private readonly List<VirtualMachine> _machines = [];
    private readonly List<DirectSession> _sessions = [];

    /// <summary>What the script did, read-only calls apart.</summary>
    public IList<string> Changes { get; } = [];

    /// <summary>Sessions that are still open.</summary>
    public IReadOnlyList<DirectSession> OpenSessions => _sessions;

    /// <summary>What lists the machines fails with; null: it works.</summary>
    public string? Refusal { get; init; }

    /// <summary>Adds a machine.</summary>
    public VirtualMachine Add(VirtualMachine machine)
    {
        _machines.Add(machine);
        return machine;
    }

    /// <summary>A running Windows guest.</summary>
    public VirtualMachine AddWindows(string name, Guest? inside = null, string? system = "Windows Server 2022 Datacenter", string password = Password) =>
        Add(new VirtualMachine(name, NextId()) { System = system, Inside = inside ?? new Guest(), Password = password });

    /// <summary>A running Linux guest.</summary>
    public VirtualMachine AddLinux(string name, bool? guestService = true, string system = "Debian GNU/Linux") =>
        Add(new VirtualMachine(name, NextId()) { System = system, GuestService = guestService });

    /// <summary>A GUID that no machine has yet.</summary>
    public Guid NextId() => Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"0a0b0c0d-0000-4000-8000-{_machines.Count + 1:d12}"));

    /// <summary>Get-VM.</summary>
    public IReadOnlyList<VirtualMachine> ListMachines() => Refusal is null ? _machines : throw new InvalidOperationException(Refusal);

    /// <summary>Get-VMIntegrationService.</summary>
    public static IReadOnlyList<IntegrationService> ListServices(PSObject machine)
    {
        var vm = (VirtualMachine)machine.BaseObject;
        string prefix = $"Microsoft:{vm.Id.ToString().ToUpperInvariant()}\\";
        IntegrationService[] others = [new(prefix + "2A34B1C2-FD73-4043-8A5B-DD2159BC743F", "Austausch von Schluesselwerten", true)];
        return vm.GuestService is { } enabled ? [.. others, new(prefix + "6C09BB55-D683-4DA0-8931-C9BF705F6480", "Gastdienstschnittstelle", enabled)] : others;
    }

    /// <summary>Copy-VMFile.</summary>
    public void CopyFile(PSObject machine, string source, string destination, bool createsPath, bool overwrites)
    {
        var vm = (VirtualMachine)machine.BaseObject;
        Changes.Add($"Copy-VMFile {vm.Name}");
        if (vm.GuestService is not true)
        {
            throw new InvalidOperationException("Failed to initiate copying files to the guest.");
        }

        // The service that copies has its own working folder; the folder is not there yet; an older agent may be.
        if (!Path.IsPathRooted(source) || !createsPath || !overwrites)
        {
            throw new InvalidOperationException($"'{vm.Name}' failed to copy the source file '{source}' to the destination: The system cannot find the path specified. (0x80070003)");
        }

        vm.Copied.Add($"{(destination.EndsWith('/') ? destination + Path.GetFileName(source) : destination)} {File.ReadAllText(source)}");
    }

    /// <summary>New-PSSession -VMId.</summary>
    public DirectSession Connect(Guid id, PSCredential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        var vm = _machines.Single(m => m.Id == id);
        Changes.Add($"New-PSSession {vm.Name}");
        if (vm.Inside is null)
        {
            throw new InvalidOperationException("A remote session might have ended. (The virtual machine must support PowerShell Direct.)");
        }

        if (new NetworkCredential("", credential.Password).Password != vm.Password)
        {
            throw new InvalidOperationException("The credential is invalid.");
        }

        var session = new DirectSession(vm);
        _sessions.Add(session);
        return session;
    }

    /// <summary>Remove-PSSession.</summary>
    public void Disconnect(PSObject session) => _sessions.Remove((DirectSession)session.BaseObject);

    /// <summary>Invoke-Command -Session.</summary>
    public IReadOnlyList<string> Run(PSObject session, string script, object[] arguments) => Inside(session).Run(script, arguments.Select(a => a is PSObject o ? o.BaseObject : a));

    /// <summary>Copy-Item -ToSession.</summary>
    public void CopyItem(PSObject session, string source, string destination) => File.Copy(source, Inside(session).ToUnix(destination), overwrite: true);

    /// <summary>Get-CimInstance: the items are XML texts, as the real service's are.</summary>
    public DataExchange? Query(string space, string type, string filter)
    {
        Assert.Equal(@"root\virtualization\v2 Msvm_KvpExchangeComponent", $"{space} {type}");
        var vm = _machines.SingleOrDefault(m => filter == $"SystemName='{m.Id.ToString().ToUpperInvariant()}'");
        return vm is null ? null : new DataExchange(vm.System is null ? null : [Item("FullyQualifiedDomainName", vm.Name), Item("OSName", vm.System), Item("OSVersion", "10")]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var vm in _machines)
        {
            vm.Inside?.Dispose();
        }
    }

    private Guest Inside(PSObject session) =>
        _sessions.Contains((DirectSession)session.BaseObject) ? ((DirectSession)session.BaseObject).Machine.Inside! : throw new InvalidOperationException("the session is closed");

    private static string Item(string name, string value) =>
        $"<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\"><PROPERTY NAME=\"Caption\" PROPAGATED=\"true\" TYPE=\"string\"></PROPERTY>" +
        $"<PROPERTY NAME=\"Data\" TYPE=\"string\"><VALUE>{value}</VALUE></PROPERTY><PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>{name}</VALUE></PROPERTY>" +
        "<PROPERTY NAME=\"Source\" TYPE=\"uint16\"><VALUE>2</VALUE></PROPERTY></INSTANCE>";
}
