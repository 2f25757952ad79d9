using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>The calls of pdh.dll in use. 64-bit layouts; sizes and offsets are tested against the Windows headers.</summary>
/// <remarks>Only from the system folder: a DLL of that name beside the program must not be loaded by a service that runs as SYSTEM.</remarks>
[SupportedOSPlatform("windows")]
internal static unsafe partial class PdhNative
{
    private const string Library = "pdh.dll";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhOpenQueryW(string? dataSource, nint userData, out nint query);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhCloseQuery(nint query);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhAddEnglishCounterW(nint query, string path, nint userData, out nint counter);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhRemoveCounter(nint counter);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhCollectQueryData(nint query);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhGetCounterInfoW(nint counter, byte explainText, ref uint bufferSize, void* buffer);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhGetFormattedCounterArrayW(nint counter, uint format, ref uint bufferSize, out uint itemCount, void* items);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhGetRawCounterArrayW(nint counter, ref uint bufferSize, out uint itemCount, void* items);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhGetCounterTimeBase(nint counter, out long frequency);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial uint PdhEnumObjectsW(string? dataSource, string? machine, char* objects, ref uint characters, uint detail, int refresh);
}
