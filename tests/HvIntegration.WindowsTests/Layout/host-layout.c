/* Prints what the Windows headers of mingw-w64 say about every structure, code and COM slot that the broker uses, one "name number" a line. */
#define _WIN32_WINNT 0x0A00
#include <initguid.h>
#include <stdio.h>
#include <stddef.h>
#include <winsock2.h>
#include <windows.h>
#include <hvsocket.h>
#include <pdh.h>
#include <pdhmsg.h>
#include <wbemcli.h>
#include <winperf.h>
#include <winevt.h>

#define SIZE(t) printf("sizeof." #t " %llu\n", (unsigned long long)sizeof(t))
#define AT(t, f) printf(#t "." #f " %llu\n", (unsigned long long)offsetof(t, f))
#define INSIDE(t, o, i, f) printf(#t "." #f " %llu\n", (unsigned long long)(offsetof(t, o) + offsetof(i, f)))
#define CODE(c) printf(#c " %llu\n", (unsigned long long)(DWORD)(c))
#define SLOT(t, f) printf(#t "." #f " %llu\n", (unsigned long long)(offsetof(t##Vtbl, f) / sizeof(void *)))

int main(void)
{
    SIZE(SOCKADDR_HV); AT(SOCKADDR_HV, VmId); AT(SOCKADDR_HV, ServiceId);
    CODE(HV_PROTOCOL_RAW); CODE(HVSOCKET_CONNECTED_SUSPEND);
    SIZE(PDH_RAW_COUNTER_ITEM_W); AT(PDH_RAW_COUNTER_ITEM_W, szName);
    INSIDE(PDH_RAW_COUNTER_ITEM_W, RawValue, PDH_RAW_COUNTER, CStatus);
    INSIDE(PDH_RAW_COUNTER_ITEM_W, RawValue, PDH_RAW_COUNTER, FirstValue);
    INSIDE(PDH_RAW_COUNTER_ITEM_W, RawValue, PDH_RAW_COUNTER, SecondValue);
    SIZE(PDH_FMT_COUNTERVALUE_ITEM_W); AT(PDH_FMT_COUNTERVALUE_ITEM_W, szName);
    INSIDE(PDH_FMT_COUNTERVALUE_ITEM_W, FmtValue, PDH_FMT_COUNTERVALUE, CStatus);
    INSIDE(PDH_FMT_COUNTERVALUE_ITEM_W, FmtValue, PDH_FMT_COUNTERVALUE, doubleValue);
    AT(PDH_COUNTER_INFO_W, dwType);
    CODE(PDH_MORE_DATA); CODE(PDH_NO_DATA); CODE(PDH_CSTATUS_NO_OBJECT); CODE(PDH_CSTATUS_NO_COUNTER); CODE(PDH_CSTATUS_NO_INSTANCE);
    CODE(PDH_CALC_NEGATIVE_DENOMINATOR); CODE(PDH_CALC_NEGATIVE_TIMEBASE); CODE(PDH_CALC_NEGATIVE_VALUE); CODE(PDH_ACCESS_DENIED);
    CODE(PDH_INVALID_DATA); CODE(PDH_CSTATUS_INVALID_DATA); CODE(PDH_INSUFFICIENT_BUFFER);
    CODE(PERF_COUNTER_COUNTER); CODE(PERF_COUNTER_BULK_COUNT); CODE(PERF_AVERAGE_TIMER); CODE(PERF_AVERAGE_BULK); CODE(PERF_PRECISION_SYSTEM_TIMER);
    CODE(PERF_PRECISION_100NS_TIMER); CODE(PERF_100NSEC_TIMER); CODE(PERF_COUNTER_QUEUELEN_TYPE); CODE(PERF_COUNTER_LARGE_QUEUELEN_TYPE);
    CODE(PERF_COUNTER_100NS_QUEUELEN_TYPE); CODE(PERF_DETAIL_WIZARD);
    CODE(EvtQueryChannelPath); CODE(EvtQueryReverseDirection); CODE(EvtRenderEventXml);
    CODE(SC_MANAGER_CONNECT); CODE(SERVICE_QUERY_STATUS); SIZE(SERVICE_STATUS_PROCESS); CODE(ERROR_EXCEPTION_IN_SERVICE); CODE(SERVICE_RUNNING);
    SIZE(VARIANT); AT(VARIANT, vt); AT(VARIANT, llVal);
    SLOT(IWbemLocator, Release); SLOT(IWbemLocator, ConnectServer);
    SLOT(IWbemServices, ExecQuery); SLOT(IWbemServices, ExecNotificationQuery); SLOT(IEnumWbemClassObject, Next);
    SLOT(IWbemClassObject, Get); SLOT(IWbemClassObject, BeginEnumeration); SLOT(IWbemClassObject, Next); SLOT(IWbemClassObject, EndEnumeration);
    return 0;
}
