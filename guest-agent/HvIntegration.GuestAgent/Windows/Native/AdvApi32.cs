using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>advapi32.dll</c>: the list of services.</summary>
internal static unsafe partial class AdvApi32
{
    private const uint ManagerConnectEnumerate = 0x0005;
    private const int EnumProcessInfo = 0;
    private const uint ServiceWin32 = 0x30;
    private const uint StateAll = 3;
    private const int ErrorMoreData = 234;

    /// <summary>Opens the service control manager to list services: any local account may.</summary>
    /// <returns>0 or the error number.</returns>
    public static int OpenManager(out nint manager)
    {
        manager = OpenSCManagerW(null, null, ManagerConnectEnumerate);
        return manager != 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>All services with their states: ENUM_SERVICE_STATUS_PROCESSW rows, names behind them in the same buffer.</summary>
    /// <param name="manager">Of <see cref="OpenManager"/>.</param>
    /// <param name="buffer">Grown as needed.</param>
    /// <param name="count">Rows.</param>
    /// <returns>0 or the error number.</returns>
    public static int ReadServices(nint manager, NativeBuffer buffer, out int count)
    {
        count = 0;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            uint needed = 0;
            uint returned = 0;
            uint resume = 0;
            if (EnumServicesStatusExW(
                manager, EnumProcessInfo, ServiceWin32, StateAll, buffer.Pointer, (uint)buffer.Length, &needed, &returned, &resume, null) != 0)
            {
                count = (int)returned;
                return 0;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != ErrorMoreData || !buffer.TryGrow(buffer.Length + (long)needed))
            {
                return error;
            }
        }

        return ErrorMoreData;
    }

    /// <summary>Closes a handle of this class.</summary>
    [LibraryImport("advapi32.dll")]
    public static partial int CloseServiceHandle(nint handle);

    [LibraryImport("advapi32.dll", SetLastError = true)]
    private static partial nint OpenSCManagerW(char* machine, char* database, uint access);

    [LibraryImport("advapi32.dll", SetLastError = true)]
    private static partial int EnumServicesStatusExW(
        nint manager, int infoLevel, uint type, uint state, void* services, uint bytes, uint* needed, uint* returned, uint* resume, char* group);
}
