namespace HvIntegration.Transport.Vsock;

/// <summary>Which driver would carry a guest's vsock connection to its host.</summary>
/// <remarks>
/// Source: sysfs. Without a guest driver but with <c>vsock_loopback</c> loaded, CID 2 leads to the local machine, so an
/// agent could talk to an impostor in its own guest. The ioctl for the local CID cannot tell these cases apart.
/// </remarks>
public static class GuestSocketTransport
{
    /// <summary>Name of the driver: "hv_sock" or "vmw_vsock_virtio_transport"; null when neither is there.</summary>
    /// <param name="sysfsRoot">Where sysfs is mounted, normally /sys.</param>
    public static string? Find(string sysfsRoot)
    {
        // hv_sock binds a device only while a connection lives: the driver's registration is the sign.
        if (Directory.Exists(Path.Combine(sysfsRoot, "bus/vmbus/drivers/hv_sock")))
        {
            return "hv_sock";
        }

        // virtio binds its device at boot; the driver without a device reaches nobody.
        string virtio = Path.Combine(sysfsRoot, "bus/virtio/drivers/vmw_vsock_virtio_transport");
        try
        {
            return Directory.Exists(virtio) && Directory.EnumerateFileSystemEntries(virtio, "virtio*").Any()
                ? "vmw_vsock_virtio_transport"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
