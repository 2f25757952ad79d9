using System.Text.Json.Serialization;

namespace HvIntegration.Model;

/// <summary>Resource whose other users are suspects.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SharedResource>))]
public enum SharedResource
{
    /// <summary>The cause is in nothing that VMs share.</summary>
    None,

    /// <summary>The logical processors of the host.</summary>
    Processors,

    /// <summary>The store that holds the virtual disks.</summary>
    Store,

    /// <summary>Physical memory of the host.</summary>
    Memory,

    /// <summary>The virtual switch and its uplinks.</summary>
    Network,
}
