namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>One session of WTSEnumerateSessions.</summary>
/// <param name="Id">Session number; 0 is the services' session.</param>
/// <param name="State">WTS_CONNECTSTATE_CLASS.</param>
/// <param name="NameHash">Changes when the session's window station gets another name (a reconnect).</param>
internal readonly record struct SessionRow(uint Id, int State, ulong NameHash)
{
    /// <summary>Bytes of WTS_SESSION_INFOW on 64-bit Windows: id at 0, name pointer at 8, state at 16.</summary>
    public const int NativeBytes = 24;

    /// <summary>Names of the states an administrator meets; the rest is "other".</summary>
    public static readonly string[] States = ["active", "connected", "connect_query", "shadow", "disconnected", "idle", "listen", "reset", "down", "init"];
}
