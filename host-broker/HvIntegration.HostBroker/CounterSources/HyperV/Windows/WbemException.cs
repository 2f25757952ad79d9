namespace HvIntegration.HostBroker.CounterSources.HyperV.Windows;

/// <summary>WMI refused; the message says what and the remedy.</summary>
internal sealed class WbemException(int result, string what) : IOException($"{what}: {Text(result)}")
{
    /// <summary>HRESULT.</summary>
    public int Result => result;

    private static string Text(int result) => unchecked((uint)result) switch
    {
        0x80041003 or 0x80070005 => "access denied; run the broker as SYSTEM, or add its account to Hyper-V Administrators",
        0x8004100E => "this system has no such WMI namespace; it comes with the Hyper-V role",
        0x80041010 => "this build has no such WMI class",
        0x8004100C => "this WMI does not support it",
        0x80041017 => "WMI does not understand the query",
        0x800706BA or 0x800706BE => "the WMI service does not answer; see whether it runs",
        0x80041002 => "it is not there",
        0x80041032 => "it was cancelled",
        var other => $"HRESULT 0x{other:X8}",
    };
}
