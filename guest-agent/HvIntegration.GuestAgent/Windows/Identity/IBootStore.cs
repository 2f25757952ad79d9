namespace HvIntegration.GuestAgent.Windows.Identity;

/// <summary>A place that Windows empties at a shutdown: it holds the boot id of this boot or none.</summary>
internal interface IBootStore
{
    /// <summary>The boot id; null when there is none, or when it cannot be read.</summary>
    Guid? Read();

    /// <summary>Writes a boot id.</summary>
    /// <returns>False when the account may not.</returns>
    bool TryWrite(Guid id);
}
