namespace HvIntegration.ScriptTests;

/// <summary>States of a virtual machine, as Hyper-V's module names them.</summary>
public enum VMState
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is off.</summary>
    Off,

    /// <summary>It is saved.</summary>
    Saved,
}

/// <summary>A virtual machine as <c>Get-VM</c> gives it, and what is inside.</summary>
public sealed class VirtualMachine(string name, Guid id)
{
    /// <summary>Its name; others may have it too.</summary>
    public string Name { get; } = name;

    /// <summary>Its GUID.</summary>
    public Guid Id { get; } = id;

    /// <summary>Its state.</summary>
    public VMState State { get; init; } = VMState.Running;

    /// <summary>What its Data Exchange service tells of its system; null: nothing.</summary>
    public string? System { get; init; }

    /// <summary>The inside of a Windows guest; null: it has no PowerShell Direct.</summary>
    public Guest? Inside { get; init; }

    /// <summary>Password of the administrator inside.</summary>
    public string Password { get; init; } = HyperVScene.Password;

    /// <summary>The Guest Service Interface: on, off, or (null) not there.</summary>
    public bool? GuestService { get; init; }

    /// <summary>Files that came in by Copy-VMFile, as <c>DESTINATION CONTENT</c>.</summary>
    public IList<string> Copied { get; } = [];
}

/// <summary>An integration service as <c>Get-VMIntegrationService</c> gives it, in another language than English.</summary>
public sealed record IntegrationService(string Id, string Name, bool Enabled);

/// <summary>A PowerShell Direct session.</summary>
public sealed record DirectSession(VirtualMachine Machine);

/// <summary>What WMI gives of a machine's Data Exchange service.</summary>
public sealed record DataExchange(IReadOnlyList<string>? GuestIntrinsicExchangeItems);
