namespace HvIntegration.GuestAgent.Linux.Vmbus;

/// <summary>Names for the interface types of VMBus devices.</summary>
/// <remarks>Source: the GUIDs of <c>include/linux/hyperv.h</c>.</remarks>
internal static class VmbusDeviceClasses
{
    private static readonly Dictionary<Guid, string> Names = new()
    {
        [new("f8615163-df3e-46c5-913f-f2d2f965ed0e")] = "network",
        [new("ba6163d9-04a1-4d29-b605-72e2ffb1dc7f")] = "scsi",
        [new("32412632-86cb-44a2-9b5c-50d1417354f5")] = "ide",
        [new("2f9bcc4a-0069-4af3-b76b-6fd0be528cda")] = "fibre_channel",
        [new("44c4f61d-4444-4400-9d52-802e27ede19f")] = "pci",
        [new("a9a0f4e7-5a45-4d96-b827-8a841e8c03e6")] = "kvp",
        [new("0e0b6031-5213-4934-818b-38d90ced39db")] = "shutdown",
        [new("9527e630-d0ae-497b-adce-e80ab0175caf")] = "timesync",
        [new("57164f39-9115-4e78-ab55-382f3bd5422d")] = "heartbeat",
        [new("35fa2e29-ea23-4236-96ae-3a6ebacba440")] = "vss",
        [new("525074dc-8985-46e2-8057-a307dc18a502")] = "dynamic_memory",
        [new("f912ad6d-2b17-48ea-bd65-f927a61c7684")] = "keyboard",
        [new("cfa8b69e-5b4a-4cc0-b98b-8ba1a1f3f95a")] = "mouse",
        [new("da0a7802-e377-4aac-8e77-0558eb1073f8")] = "video",
    };

    /// <summary>Name of a type, "device" when it is not known (Hyper-V sockets have one type per service).</summary>
    public static string NameOf(string classId) => Guid.TryParse(classId, out var id) && Names.TryGetValue(id, out var name) ? name : "device";
}
