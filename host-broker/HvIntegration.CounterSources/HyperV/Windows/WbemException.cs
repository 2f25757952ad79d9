namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>WMI refused; the message says what and the remedy.</summary>
internal sealed class WbemException(int result, string what) : IOException($"{what}: {Text(result)}")
{
    /// <summary>The HRESULT that WMI returned.</summary>
    public int Result => result;

    private static string Text(int result) => unchecked((uint)result) switch
    {
        0x80041003 or 0x80070005 => "access denied; run the broker as SYSTEM, or add its account to Hyper-V Administrators",
        0x8004100E => "this system has no such WMI namespace; it requires the Hyper-V role",
        0x80041010 => "this build has no such WMI class",
        0x8004100C => "not supported by this WMI version",
        0x80041017 => "WMI does not understand the query",
        0x800706BA or 0x800706BE => "the WMI service does not answer; check that it runs",
        0x80041002 => "not found",
        0x80041032 => "it was canceled",
        var other => $"HRESULT 0x{other:X8}",
    };
}
