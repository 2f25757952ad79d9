using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>pdh.dll</c>: counters that no other call tells. English names only, so that the language of Windows does not matter.</summary>
internal static unsafe partial class Pdh
{
    /// <summary>Doubles that may exceed 100 %: PDH_FMT_DOUBLE with PDH_FMT_NOCAP100.</summary>
    public const uint FormatDouble = 0x00000200 | 0x00008000;

    /// <summary>Bytes of PDH_FMT_COUNTERVALUE_ITEM_W on 64-bit Windows: name pointer at 0, status at 8, value at 16.</summary>
    public const int ItemBytes = 24;

    /// <summary>Bytes of PDH_RAW_COUNTER_ITEM_W on 64-bit Windows: name pointer at 0, status at 8, values at 24 and 32.</summary>
    public const int RawItemBytes = 48;

    /// <summary>PDH_CSTATUS_NO_OBJECT: there is no such set.</summary>
    public const uint NoObject = 0xC0000BB8;

    /// <summary>PDH_CSTATUS_NO_COUNTER: the set has no such counter.</summary>
    public const uint NoCounter = 0xC0000BB9;

    /// <summary>Status when the instance is gone, PDH_CSTATUS_NO_INSTANCE.</summary>
    public const uint NoInstance = 0x800007D1;

    /// <summary>PDH_NO_DATA: no counter of the query has data.</summary>
    public const uint NoData = 0x800007D5;

    /// <summary>PDH_INVALID_DATA: a rate that has only one sample.</summary>
    public const uint InvalidData = 0xC0000BC6;

    /// <summary>PDH_CALC_NEGATIVE_DENOMINATOR: time ran back between two samples.</summary>
    public const uint NegativeDenominator = 0x800007D6;

    /// <summary>PERF_DETAIL_WIZARD: counters of every level of detail.</summary>
    public const uint DetailWizard = 400;

    private const uint MoreData = 0x800007D2;

    /// <summary>Opens a query on this machine.</summary>
    public static uint Open(out nint query)
    {
        nint opened = 0;
        uint status = PdhOpenQueryW(null, 0, &opened);
        query = opened;
        return status;
    }

    /// <summary>Adds a counter by its English path; a path with <c>(*)</c> has all instances, new ones too.</summary>
    public static uint Add(nint query, string path, out nint counter)
    {
        nint added = 0;
        uint status;
        fixed (char* pointer = path)
        {
            status = PdhAddEnglishCounterW(query, pointer, 0, &added);
        }

        counter = added;
        return status;
    }

    /// <summary>All instances of a counter as of the last collect: items first, their names behind them in the same buffer.</summary>
    /// <param name="counter">Of <see cref="Add"/>.</param>
    /// <param name="buffer">Grown as needed.</param>
    /// <param name="count">Items.</param>
    public static uint ReadArray(nint counter, NativeBuffer buffer, out int count)
    {
        count = 0;
        uint status = MoreData;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            uint bytes = (uint)buffer.Length;
            uint items = 0;
            status = PdhGetFormattedCounterArrayW(counter, FormatDouble, &bytes, &items, buffer.Pointer);
            if (status != MoreData)
            {
                count = status == 0 ? (int)items : 0;
                return status;
            }

            if (!buffer.TryGrow(bytes))
            {
                return status;
            }
        }

        return status;
    }

    /// <summary>All instances of a counter as of the last collect, with the values as the provider counts them.</summary>
    /// <param name="counter">Of <see cref="Add"/>.</param>
    /// <param name="buffer">Grown as needed.</param>
    /// <param name="count">Items.</param>
    public static uint ReadRawArray(nint counter, NativeBuffer buffer, out int count)
    {
        count = 0;
        uint status = MoreData;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            uint bytes = (uint)buffer.Length;
            uint items = 0;
            status = PdhGetRawCounterArrayW(counter, &bytes, &items, buffer.Pointer);
            if (status != MoreData || !buffer.TryGrow(bytes))
            {
                count = status == 0 ? (int)items : 0;
                return status;
            }
        }

        return status;
    }

    /// <summary>Makes PDH read the list of counter sets again: it remembers the list of the first call, so a set that appears later is never found without it.</summary>
    /// <remarks>Takes seconds on a machine with many providers.</remarks>
    public static void RefreshSets()
    {
        uint characters = 0;
        _ = PdhEnumObjectsW(null, null, null, &characters, DetailWizard, 1);
    }

    /// <summary>Takes one sample of every counter of a query.</summary>
    [LibraryImport("pdh.dll")]
    public static partial uint PdhCollectQueryData(nint query);

    /// <summary>Closes a query with its counters.</summary>
    [LibraryImport("pdh.dll")]
    public static partial uint PdhCloseQuery(nint query);

    [LibraryImport("pdh.dll")]
    private static partial uint PdhOpenQueryW(char* source, nuint user, nint* query);

    [LibraryImport("pdh.dll")]
    private static partial uint PdhAddEnglishCounterW(nint query, char* path, nuint user, nint* counter);

    [LibraryImport("pdh.dll")]
    private static partial uint PdhGetFormattedCounterArrayW(nint counter, uint format, uint* bytes, uint* items, void* buffer);

    [LibraryImport("pdh.dll")]
    private static partial uint PdhGetRawCounterArrayW(nint counter, uint* bytes, uint* items, void* buffer);

    [LibraryImport("pdh.dll")]
    private static partial uint PdhEnumObjectsW(char* source, char* machine, char* objects, uint* characters, uint detail, int refresh);
}
