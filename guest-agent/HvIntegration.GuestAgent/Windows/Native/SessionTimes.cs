namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>Where the times lie in WTSINFOW (wtsapi32.h), FILETIME.</summary>
internal static class SessionTimes
{
    /// <summary>Bytes of the structure.</summary>
    public const int NativeBytes = 216;

    /// <summary>Offset of the last input's time.</summary>
    public const int LastInputOffset = 192;

    /// <summary>Offset of the current time.</summary>
    public const int CurrentOffset = 208;
}
