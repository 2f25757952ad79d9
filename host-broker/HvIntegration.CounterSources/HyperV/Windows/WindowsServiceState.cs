using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>State of a Windows service from the service manager itself: a query by WMI costs a hundred times as much.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsServiceState
{
    /// <summary>Right to connect to the service manager, SC_MANAGER_CONNECT.</summary>
    public const uint Connect = 0x1;

    /// <summary>Right to ask for the state, SERVICE_QUERY_STATUS.</summary>
    public const uint QueryStatus = 0x4;

    /// <summary>Size of SERVICE_STATUS_PROCESS in bytes.</summary>
    public const int StatusBytes = 36;

    /// <summary>State of a service that runs, SERVICE_RUNNING.</summary>
    public const uint Running = 4;

    private const int DoesNotExist = 1060;
    private const string Library = "advapi32.dll";

    /// <summary>The state in one or two words: "running", "stopped", "not installed", ...</summary>
    public static string Read(string service)
    {
        nint manager = OpenSCManagerW(null, null, Connect);
        if (manager == 0)
        {
            return NotKnown(Marshal.GetLastPInvokeError());
        }

        nint handle = OpenServiceW(manager, service, QueryStatus);
        int error = Marshal.GetLastPInvokeError();
        try
        {
            if (handle == 0)
            {
                return error == DoesNotExist ? "not installed" : NotKnown(error);
            }

            uint* status = stackalloc uint[StatusBytes / sizeof(uint)];
            return QueryServiceStatusEx(handle, 0, (byte*)status, StatusBytes, out _) != 0 ? Words(status[1]) : NotKnown(Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = handle == 0 ? 0 : CloseServiceHandle(handle);
            _ = CloseServiceHandle(manager);
        }
    }

    /// <summary>A state of winsvc.h as text.</summary>
    internal static string Words(uint state) => state switch
    {
        1 => "stopped",
        2 => "start pending",
        3 => "stop pending",
        Running => "running",
        5 => "continue pending",
        6 => "pause pending",
        7 => "paused",
        _ => string.Create(CultureInfo.InvariantCulture, $"in state {state}"),
    };

    private static string NotKnown(int error) => string.Create(CultureInfo.InvariantCulture, $"not known: error {error}");

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint OpenSCManagerW(string? machine, string? database, uint access);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint OpenServiceW(nint manager, string service, uint access);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int QueryServiceStatusEx(nint service, int level, byte* buffer, uint size, out uint needed);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int CloseServiceHandle(nint handle);
}
