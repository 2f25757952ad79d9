namespace HvIntegration.CounterSources.Pdh;

/// <summary>PDH status values, and what they mean for a reader. Source: pdhmsg.h.</summary>
internal static class PdhStatus
{
    public const uint ValidData = 0;
    public const uint NewData = 1;
    public const uint NoInstance = 0x800007D1;
    public const uint MoreData = 0x800007D2;
    public const uint NoData = 0x800007D5;
    public const uint NegativeDenominator = 0x800007D6;
    public const uint NegativeTimebase = 0x800007D7;
    public const uint NegativeValue = 0x800007D8;
    public const uint NoObject = 0xC0000BB8;
    public const uint NoCounter = 0xC0000BB9;
    public const uint InvalidData = 0xC0000BBA;
    public const uint AccessDenied = 0xC0000BDB;
    public const uint InsufficientBuffer = 0xC0000BC2;
    public const uint InvalidItemData = 0xC0000BC6;

    /// <summary>True for a value that may be used.</summary>
    public static bool IsValue(uint status) => status is ValidData or NewData;

    /// <summary>True when an array is empty rather than unreadable: nothing there yet, or one sample of a counter that needs two.</summary>
    public static bool IsEmpty(uint status) => status is NoInstance or NoData or InvalidData or InvalidItemData or NegativeDenominator or NegativeTimebase or NegativeValue;

    /// <summary>True for a status that an array has because one of its rows has it: others may have values.</summary>
    public static bool IsOfARow(uint status) => status is InvalidData or InvalidItemData or NegativeDenominator or NegativeTimebase or NegativeValue;

    /// <summary>One clause with the number in it.</summary>
    public static string Text(uint status) => status switch
    {
        NoObject => "this system has no such counter set (0xC0000BB8). The set was disabled with lodctr /d, or the Hyper-V role is missing",
        NoCounter => "this build has no such counter (0xC0000BB9)",
        NoInstance => "no instance now (0x800007D1)",
        NoData => "no data now (0x800007D5)",
        AccessDenied => "this account has no access to performance counters (0xC0000BDB). Run the broker as SYSTEM, or add the account to Performance Monitor Users and Hyper-V Administrators",
        _ => $"PDH status 0x{status:X8}",
    };
}
