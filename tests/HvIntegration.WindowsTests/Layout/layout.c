/* Prints what the Windows headers of mingw-w64 say about every structure and code that the programs use, one "name number" a line. */
#define _WIN32_WINNT 0x0A00
#define WINVER 0x0A00
#include <stdio.h>
#include <stddef.h>
#include <winsock2.h>
#include <ws2ipdef.h>
#include <windows.h>
#include <winternl.h>
#include <winioctl.h>
#include <psapi.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <wtsapi32.h>
#include <pdh.h>
#include <pdhmsg.h>

#define SIZE(t) printf("sizeof." #t " %llu\n", (unsigned long long)sizeof(t))
#define AT(t, f) printf(#t "." #f " %llu\n", (unsigned long long)offsetof(t, f))
#define CODE(c) printf(#c " %llu\n", (unsigned long long)(DWORD)(c))

int main(void)
{
    SIZE(MEMORYSTATUSEX); AT(MEMORYSTATUSEX, ullTotalPhys); AT(MEMORYSTATUSEX, ullAvailPhys); AT(MEMORYSTATUSEX, ullTotalPageFile);
    SIZE(PERFORMANCE_INFORMATION); AT(PERFORMANCE_INFORMATION, CommitTotal); AT(PERFORMANCE_INFORMATION, CommitLimit);
    AT(PERFORMANCE_INFORMATION, PhysicalTotal); AT(PERFORMANCE_INFORMATION, SystemCache); AT(PERFORMANCE_INFORMATION, KernelNonpaged);
    AT(PERFORMANCE_INFORMATION, PageSize); AT(PERFORMANCE_INFORMATION, HandleCount); AT(PERFORMANCE_INFORMATION, ThreadCount);
    SIZE(DISK_PERFORMANCE); AT(DISK_PERFORMANCE, BytesRead); AT(DISK_PERFORMANCE, ReadTime); AT(DISK_PERFORMANCE, WriteTime);
    AT(DISK_PERFORMANCE, IdleTime); AT(DISK_PERFORMANCE, ReadCount); AT(DISK_PERFORMANCE, WriteCount); AT(DISK_PERFORMANCE, QueueDepth);
    AT(DISK_PERFORMANCE, SplitCount); AT(DISK_PERFORMANCE, QueryTime); AT(DISK_PERFORMANCE, StorageDeviceNumber);
    AT(DISK_GEOMETRY_EX, DiskSize);
    SIZE(MIB_IF_ROW2); AT(MIB_IF_TABLE2, Table); AT(MIB_IF_ROW2, InterfaceLuid); AT(MIB_IF_ROW2, Alias); AT(MIB_IF_ROW2, Type);
    AT(MIB_IF_ROW2, InterfaceAndOperStatusFlags); AT(MIB_IF_ROW2, InOctets); AT(MIB_IF_ROW2, InUcastPkts); AT(MIB_IF_ROW2, InDiscards);
    AT(MIB_IF_ROW2, InErrors); AT(MIB_IF_ROW2, OutOctets); AT(MIB_IF_ROW2, OutUcastPkts); AT(MIB_IF_ROW2, OutDiscards); AT(MIB_IF_ROW2, OutErrors);
    SIZE(MIB_TCPSTATS); AT(MIB_TCPSTATS, dwInSegs); AT(MIB_TCPSTATS, dwOutSegs); AT(MIB_TCPSTATS, dwRetransSegs);
    SIZE(MIB_TCPROW_OWNER_PID); AT(MIB_TCPROW_OWNER_PID, dwState); SIZE(MIB_TCP6ROW_OWNER_PID); AT(MIB_TCP6ROW_OWNER_PID, dwState);
    AT(MIB_TCPTABLE_OWNER_PID, table); AT(MIB_TCP6TABLE_OWNER_PID, table);
    SIZE(WTS_SESSION_INFOW); AT(WTS_SESSION_INFOW, SessionId); AT(WTS_SESSION_INFOW, pWinStationName); AT(WTS_SESSION_INFOW, State);
    SIZE(WTSINFOW); AT(WTSINFOW, LastInputTime); AT(WTSINFOW, CurrentTime);
    SIZE(ENUM_SERVICE_STATUS_PROCESSW); AT(ENUM_SERVICE_STATUS_PROCESSW, lpServiceName);
    printf("ENUM_SERVICE_STATUS_PROCESSW.State %llu\n",
        (unsigned long long)(offsetof(ENUM_SERVICE_STATUS_PROCESSW, ServiceStatusProcess) + offsetof(SERVICE_STATUS_PROCESS, dwCurrentState)));
    SIZE(PDH_FMT_COUNTERVALUE_ITEM_W); AT(PDH_FMT_COUNTERVALUE_ITEM_W, szName);
    printf("PDH_FMT_COUNTERVALUE_ITEM_W.Status %llu\n",
        (unsigned long long)(offsetof(PDH_FMT_COUNTERVALUE_ITEM_W, FmtValue) + offsetof(PDH_FMT_COUNTERVALUE, CStatus)));
    printf("PDH_FMT_COUNTERVALUE_ITEM_W.Value %llu\n",
        (unsigned long long)(offsetof(PDH_FMT_COUNTERVALUE_ITEM_W, FmtValue) + offsetof(PDH_FMT_COUNTERVALUE, doubleValue)));
    SIZE(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION); AT(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, IdleTime);
    AT(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, KernelTime); AT(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, UserTime);
    CODE(IOCTL_DISK_PERFORMANCE); CODE(ERROR_INVALID_FUNCTION); CODE(ERROR_FILE_NOT_FOUND); CODE(ERROR_MEMBER_IN_ALIAS); CODE(ERROR_EXCEPTION_IN_SERVICE); CODE(PERF_DETAIL_WIZARD);
    SIZE(PDH_RAW_COUNTER_ITEM_W); CODE(IOCTL_DISK_GET_DRIVE_GEOMETRY_EX); CODE(DRIVE_FIXED); CODE(TCP_TABLE_OWNER_PID_ALL); CODE(AF_INET6);
    CODE(WTSSessionInfo); CODE(SERVICE_RUNNING); CODE(PDH_FMT_DOUBLE | PDH_FMT_NOCAP100); CODE(PDH_CSTATUS_NO_OBJECT);
    CODE(PDH_CSTATUS_NO_COUNTER); CODE(PDH_CSTATUS_NO_INSTANCE); CODE(PDH_NO_DATA); CODE(PDH_INVALID_DATA); CODE(PDH_CALC_NEGATIVE_DENOMINATOR);
    CODE(SystemPerformanceInformation); CODE(SystemTimeOfDayInformation); CODE(SystemProcessInformation);
    CODE(SystemProcessorPerformanceInformation);
    return 0;
}
