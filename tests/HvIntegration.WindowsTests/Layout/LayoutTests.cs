using HvIntegration.Protocol.Service;
using System.Globalization;
using System.Runtime.InteropServices;
using HvIntegration.GuestAgent.Windows.Connections;
using HvIntegration.GuestAgent.Windows.Cpu;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Services;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests.Layout;

/// <summary>Sizes, offsets and codes of the agent against a C program that is compiled with the Windows headers of mingw-w64.</summary>
public sealed class LayoutTests(WinePrefix wine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Structures_OfTheAgent_LieAsTheWindowsHeadersSay()
    {
        // Arrange
        string program = Path.Join(wine.Scratch, "layout.exe");
        string source = Path.Join("tests", "HvIntegration.WindowsTests", "Layout", "layout.c");
        (await Shell.RunAsync("x86_64-w64-mingw32-gcc", ["-Wall", "-Werror", source, "-o", program], Patience)).Succeeded();
        // Act
        string printed = (await wine.RunAsync(program, [], Patience)).Succeeded();
        var headers = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToDictionary(
            line => line[..line.LastIndexOf(' ')], line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        // Assert
        var wrong = Agent().Where(ours => headers.GetValueOrDefault(ours.Key, -1) != ours.Value)
            .Select(ours => $"{ours.Key}: agent {ours.Value}, headers {headers.GetValueOrDefault(ours.Key, -1)}");
        Assert.Empty(wrong);
        Assert.Empty(headers.Keys.Except(Agent().Keys));
    }

    private static Dictionary<string, long> Agent() => new()
    {
        ["sizeof.MEMORYSTATUSEX"] = Marshal.SizeOf<MemoryStatus>(),
        ["MEMORYSTATUSEX.ullTotalPhys"] = At<MemoryStatus>(nameof(MemoryStatus.TotalPhysical)),
        ["MEMORYSTATUSEX.ullAvailPhys"] = At<MemoryStatus>(nameof(MemoryStatus.AvailablePhysical)),
        ["MEMORYSTATUSEX.ullTotalPageFile"] = At<MemoryStatus>(nameof(MemoryStatus.TotalPageFile)),
        ["sizeof.PERFORMANCE_INFORMATION"] = Marshal.SizeOf<PerformanceInfo>(),
        ["PERFORMANCE_INFORMATION.CommitTotal"] = At<PerformanceInfo>(nameof(PerformanceInfo.CommitTotal)),
        ["PERFORMANCE_INFORMATION.CommitLimit"] = At<PerformanceInfo>(nameof(PerformanceInfo.CommitLimit)),
        ["PERFORMANCE_INFORMATION.PhysicalTotal"] = At<PerformanceInfo>(nameof(PerformanceInfo.PhysicalTotal)),
        ["PERFORMANCE_INFORMATION.SystemCache"] = At<PerformanceInfo>(nameof(PerformanceInfo.SystemCache)),
        ["PERFORMANCE_INFORMATION.KernelNonpaged"] = At<PerformanceInfo>(nameof(PerformanceInfo.KernelNonpaged)),
        ["PERFORMANCE_INFORMATION.PageSize"] = At<PerformanceInfo>(nameof(PerformanceInfo.PageSize)),
        ["PERFORMANCE_INFORMATION.HandleCount"] = At<PerformanceInfo>(nameof(PerformanceInfo.HandleCount)),
        ["PERFORMANCE_INFORMATION.ThreadCount"] = At<PerformanceInfo>(nameof(PerformanceInfo.ThreadCount)),
        ["sizeof.DISK_PERFORMANCE"] = Marshal.SizeOf<DiskPerformance>(),
        ["DISK_PERFORMANCE.BytesRead"] = At<DiskPerformance>(nameof(DiskPerformance.BytesRead)),
        ["DISK_PERFORMANCE.ReadTime"] = At<DiskPerformance>(nameof(DiskPerformance.ReadTime)),
        ["DISK_PERFORMANCE.WriteTime"] = At<DiskPerformance>(nameof(DiskPerformance.WriteTime)),
        ["DISK_PERFORMANCE.IdleTime"] = At<DiskPerformance>(nameof(DiskPerformance.IdleTime)),
        ["DISK_PERFORMANCE.ReadCount"] = At<DiskPerformance>(nameof(DiskPerformance.ReadCount)),
        ["DISK_PERFORMANCE.WriteCount"] = At<DiskPerformance>(nameof(DiskPerformance.WriteCount)),
        ["DISK_PERFORMANCE.QueueDepth"] = At<DiskPerformance>(nameof(DiskPerformance.QueueDepth)),
        ["DISK_PERFORMANCE.SplitCount"] = At<DiskPerformance>(nameof(DiskPerformance.SplitCount)),
        ["DISK_PERFORMANCE.QueryTime"] = At<DiskPerformance>(nameof(DiskPerformance.QueryTime)),
        ["DISK_PERFORMANCE.StorageDeviceNumber"] = At<DiskPerformance>(nameof(DiskPerformance.StorageDeviceNumber)),
        ["DISK_GEOMETRY_EX.DiskSize"] = 24,
        ["sizeof.MIB_IF_ROW2"] = InterfaceRow.Bytes,
        ["MIB_IF_TABLE2.Table"] = InterfaceRow.FirstRow,
        ["MIB_IF_ROW2.InterfaceLuid"] = InterfaceRow.LuidOffset,
        ["MIB_IF_ROW2.Alias"] = InterfaceRow.AliasOffset,
        ["MIB_IF_ROW2.Type"] = InterfaceRow.TypeOffset,
        ["MIB_IF_ROW2.InterfaceAndOperStatusFlags"] = InterfaceRow.FlagsOffset,
        ["MIB_IF_ROW2.InOctets"] = InterfaceRow.InOctetsOffset,
        ["MIB_IF_ROW2.InUcastPkts"] = InterfaceRow.InOctetsOffset + 8,
        ["MIB_IF_ROW2.InDiscards"] = InterfaceRow.InOctetsOffset + 24,
        ["MIB_IF_ROW2.InErrors"] = InterfaceRow.InOctetsOffset + 32,
        ["MIB_IF_ROW2.OutOctets"] = InterfaceRow.OutOctetsOffset,
        ["MIB_IF_ROW2.OutUcastPkts"] = InterfaceRow.OutOctetsOffset + 8,
        ["MIB_IF_ROW2.OutDiscards"] = InterfaceRow.OutOctetsOffset + 24,
        ["MIB_IF_ROW2.OutErrors"] = InterfaceRow.OutOctetsOffset + 32,
        ["sizeof.MIB_TCPSTATS"] = IpHlpApi.StatisticsBytes,
        ["MIB_TCPSTATS.dwInSegs"] = 36,
        ["MIB_TCPSTATS.dwOutSegs"] = 40,
        ["MIB_TCPSTATS.dwRetransSegs"] = 44,
        ["sizeof.MIB_TCPROW_OWNER_PID"] = TcpTable.RowBytes,
        ["MIB_TCPROW_OWNER_PID.dwState"] = 0,
        ["sizeof.MIB_TCP6ROW_OWNER_PID"] = TcpTable.Row6Bytes,
        ["MIB_TCP6ROW_OWNER_PID.dwState"] = TcpTable.State6Offset,
        ["MIB_TCPTABLE_OWNER_PID.table"] = 4,
        ["MIB_TCP6TABLE_OWNER_PID.table"] = 4,
        ["sizeof.WTS_SESSION_INFOW"] = SessionRow.NativeBytes,
        ["WTS_SESSION_INFOW.SessionId"] = 0,
        ["WTS_SESSION_INFOW.pWinStationName"] = 8,
        ["WTS_SESSION_INFOW.State"] = 16,
        ["sizeof.WTSINFOW"] = SessionTimes.NativeBytes,
        ["WTSINFOW.LastInputTime"] = SessionTimes.LastInputOffset,
        ["WTSINFOW.CurrentTime"] = SessionTimes.CurrentOffset,
        ["sizeof.ENUM_SERVICE_STATUS_PROCESSW"] = ServiceRow.Bytes,
        ["ENUM_SERVICE_STATUS_PROCESSW.lpServiceName"] = 0,
        ["ENUM_SERVICE_STATUS_PROCESSW.State"] = ServiceRow.StateOffset,
        ["sizeof.PDH_FMT_COUNTERVALUE_ITEM_W"] = Pdh.ItemBytes,
        ["PDH_FMT_COUNTERVALUE_ITEM_W.szName"] = 0,
        ["PDH_FMT_COUNTERVALUE_ITEM_W.Status"] = 8,
        ["PDH_FMT_COUNTERVALUE_ITEM_W.Value"] = 16,
        ["sizeof.SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION"] = ProcessorTimes.Bytes,
        ["SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION.IdleTime"] = 0,
        ["SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION.KernelTime"] = 8,
        ["SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION.UserTime"] = 16,
        ["IOCTL_DISK_PERFORMANCE"] = Kernel32.IoctlDiskPerformance,
        ["ERROR_INVALID_FUNCTION"] = Kernel32.ErrorInvalidFunction,
        ["ERROR_FILE_NOT_FOUND"] = Kernel32.ErrorFileNotFound,
        ["ERROR_MEMBER_IN_ALIAS"] = NetApi32.MemberInAlias,
        ["ERROR_EXCEPTION_IN_SERVICE"] = ServiceFault.ExceptionInService,
        ["PERF_DETAIL_WIZARD"] = Pdh.DetailWizard,
        ["sizeof.PDH_RAW_COUNTER_ITEM_W"] = Pdh.RawItemBytes,
        ["IOCTL_DISK_GET_DRIVE_GEOMETRY_EX"] = Kernel32.IoctlDiskGetDriveGeometryEx,
        ["DRIVE_FIXED"] = Kernel32.DriveFixed,
        ["TCP_TABLE_OWNER_PID_ALL"] = IpHlpApi.TableOwnerPidAll,
        ["AF_INET6"] = IpHlpApi.Ipv6,
        ["WTSSessionInfo"] = WtsApi32.SessionInfoClass,
        ["SERVICE_RUNNING"] = ServiceRow.Running,
        ["PDH_FMT_DOUBLE | PDH_FMT_NOCAP100"] = Pdh.FormatDouble,
        ["PDH_CSTATUS_NO_OBJECT"] = Pdh.NoObject,
        ["PDH_CSTATUS_NO_COUNTER"] = Pdh.NoCounter,
        ["PDH_CSTATUS_NO_INSTANCE"] = Pdh.NoInstance,
        ["PDH_NO_DATA"] = Pdh.NoData,
        ["PDH_INVALID_DATA"] = Pdh.InvalidData,
        ["PDH_CALC_NEGATIVE_DENOMINATOR"] = Pdh.NegativeDenominator,
        ["SystemPerformanceInformation"] = NtDll.SystemPerformanceInformation,
        ["SystemTimeOfDayInformation"] = NtDll.SystemTimeOfDayInformation,
        ["SystemProcessInformation"] = NtDll.SystemProcessInformation,
        ["SystemProcessorPerformanceInformation"] = NtDll.SystemProcessorPerformanceInformation,
    };

    private static long At<T>(string field) => Marshal.OffsetOf<T>(field);
}
