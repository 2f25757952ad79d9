using HvIntegration.Protocol.Service;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using HvIntegration.CounterSources.HyperV.Windows;
using HvIntegration.CounterSources.Pdh;
using HvIntegration.WindowsTests.Wine;

namespace HvIntegration.WindowsTests.Layout;

/// <summary>The broker's structures, codes and COM slots are those of the Windows headers.</summary>
[SupportedOSPlatform("windows")]
public sealed class HostLayoutTests(WinePrefix wine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Layouts_OfTheBroker_AreThoseOfTheWindowsHeaders()
    {
        // Arrange
        string program = Path.Join(wine.Scratch, "host-layout.exe");
        (await Shell.RunAsync("x86_64-w64-mingw32-gcc", ["-Wall", "-Wextra", "-Werror", "-o", program, "tests/HvIntegration.WindowsTests/Layout/host-layout.c"], Patience)).Succeeded();
        // Act
        string output = (await wine.RunAsync(program, [], Patience)).Succeeded();
        // Assert
        var headers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(l => l.Split(' ')).ToDictionary(l => l[0], l => long.Parse(l[1], CultureInfo.InvariantCulture));
        Assert.Equal(Ours().Order(), headers.Select(h => (h.Key, h.Value)).Order());
    }

    private static IEnumerable<(string Name, long Value)> Ours() =>
    [
        // HvSocketEndPoint writes these; its own tests hold it to them.
        ("sizeof.SOCKADDR_HV", 36), ("SOCKADDR_HV.VmId", 4), ("SOCKADDR_HV.ServiceId", 20), ("HV_PROTOCOL_RAW", 1), ("HVSOCKET_CONNECTED_SUSPEND", 4),
        ("sizeof.PDH_RAW_COUNTER_ITEM_W", Unsafe.SizeOf<PdhRawItem>()), ("PDH_RAW_COUNTER_ITEM_W.szName", At<PdhRawItem>("Name")),
        ("PDH_RAW_COUNTER_ITEM_W.CStatus", At<PdhRawItem>("Status")), ("PDH_RAW_COUNTER_ITEM_W.FirstValue", At<PdhRawItem>("First")),
        ("PDH_RAW_COUNTER_ITEM_W.SecondValue", At<PdhRawItem>("Second")),
        ("sizeof.PDH_FMT_COUNTERVALUE_ITEM_W", Unsafe.SizeOf<PdhFormattedItem>()), ("PDH_FMT_COUNTERVALUE_ITEM_W.szName", At<PdhFormattedItem>("Name")),
        ("PDH_FMT_COUNTERVALUE_ITEM_W.CStatus", At<PdhFormattedItem>("Status")), ("PDH_FMT_COUNTERVALUE_ITEM_W.doubleValue", At<PdhFormattedItem>("Value")),
        ("PDH_COUNTER_INFO_W.dwType", 4),
        ("PDH_MORE_DATA", PdhStatus.MoreData), ("PDH_NO_DATA", PdhStatus.NoData), ("PDH_CSTATUS_NO_OBJECT", PdhStatus.NoObject),
        ("PDH_CSTATUS_NO_COUNTER", PdhStatus.NoCounter), ("PDH_CSTATUS_NO_INSTANCE", PdhStatus.NoInstance),
        ("PDH_CALC_NEGATIVE_DENOMINATOR", PdhStatus.NegativeDenominator), ("PDH_CALC_NEGATIVE_TIMEBASE", PdhStatus.NegativeTimebase),
        ("PDH_CALC_NEGATIVE_VALUE", PdhStatus.NegativeValue), ("PDH_ACCESS_DENIED", PdhStatus.AccessDenied), ("PDH_INVALID_DATA", PdhStatus.InvalidItemData),
        ("PDH_CSTATUS_INVALID_DATA", PdhStatus.InvalidData), ("PDH_INSUFFICIENT_BUFFER", PdhStatus.InsufficientBuffer),
        ("PERF_COUNTER_COUNTER", RawCounter.Rate32), ("PERF_COUNTER_BULK_COUNT", RawCounter.Rate64), ("PERF_AVERAGE_TIMER", RawCounter.AverageTimer),
        ("PERF_AVERAGE_BULK", RawCounter.AverageBulk), ("PERF_PRECISION_SYSTEM_TIMER", RawCounter.PrecisionTimer), ("PERF_PRECISION_100NS_TIMER", RawCounter.PrecisionTimer100Ns),
        ("PERF_100NSEC_TIMER", RawCounter.Timer100Ns), ("PERF_COUNTER_QUEUELEN_TYPE", RawCounter.QueueLength), ("PERF_COUNTER_LARGE_QUEUELEN_TYPE", RawCounter.QueueLength64),
        ("PERF_COUNTER_100NS_QUEUELEN_TYPE", RawCounter.QueueLength100Ns), ("PERF_DETAIL_WIZARD", PdhCounterSource.DetailWizard),
        ("EvtQueryChannelPath", HypervisorLog.ChannelPath), ("EvtQueryReverseDirection", HypervisorLog.NewestFirst), ("EvtRenderEventXml", HypervisorLog.RenderXml),
        ("SC_MANAGER_CONNECT", WindowsServiceState.Connect), ("SERVICE_QUERY_STATUS", WindowsServiceState.QueryStatus), ("sizeof.SERVICE_STATUS_PROCESS", WindowsServiceState.StatusBytes),
        ("ERROR_EXCEPTION_IN_SERVICE", ServiceFault.ExceptionInService), ("SERVICE_RUNNING", WindowsServiceState.Running),
        ("sizeof.VARIANT", Unsafe.SizeOf<Variant>()), ("VARIANT.vt", At<Variant>("Type")), ("VARIANT.llVal", At<Variant>("Bits")),
        ("IWbemLocator.Release", WbemSession.SlotRelease), ("IWbemLocator.ConnectServer", WbemSession.SlotConnectServer),
        ("IWbemServices.ExecQuery", WbemSession.SlotExecQuery), ("IWbemServices.ExecNotificationQuery", WbemSession.SlotExecNotificationQuery),
        ("IEnumWbemClassObject.Next", WbemSession.SlotEnumeratorNext), ("IWbemClassObject.Get", WbemSession.SlotObjectGet),
        ("IWbemClassObject.BeginEnumeration", WbemSession.SlotBeginEnumeration), ("IWbemClassObject.Next", WbemSession.SlotObjectNext),
        ("IWbemClassObject.EndEnumeration", WbemSession.SlotEndEnumeration),
    ];

    private static long At<T>(string field) => Marshal.OffsetOf<T>(field).ToInt64();
}
