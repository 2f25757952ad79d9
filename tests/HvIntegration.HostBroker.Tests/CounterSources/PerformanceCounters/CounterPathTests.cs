using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.HostBroker.Tests.CounterSources.PerformanceCounters;

public class CounterPathTests
{
    [Theory]
    [InlineData(@"\\HV01\Hyper-V Hypervisor Virtual Processor(web:01:Hv VP 0)\% Guest Run Time", "HV01", "Hyper-V Hypervisor Virtual Processor", "web:01:Hv VP 0", "% Guest Run Time")]
    [InlineData(@"\\HV01\Hyper-V Virtual IDE Controller (Emulated)(web01:Ide Controller)\Read Bytes/sec", "HV01", "Hyper-V Virtual IDE Controller (Emulated)", "web01:Ide Controller", "Read Bytes/sec")]
    [InlineData(@"\\HV01\Hyper-V Virtual IDE Controller (Emulated)\Read Bytes/sec", "HV01", "Hyper-V Virtual IDE Controller (Emulated)", null, "Read Bytes/sec")]
    [InlineData(@"\\HV01\Paging File(\??\C:\pagefile.sys)\% Usage", "HV01", "Paging File", @"\??\C:\pagefile.sys", "% Usage")]
    [InlineData(@"\\HV01\Memory\Long-Term Average Standby Cache Lifetime (s)", "HV01", "Memory", null, "Long-Term Average Standby Cache Lifetime (s)")]
    [InlineData(@"\System\Processor Queue Length", "", "System", null, "Processor Queue Length")]
    [InlineData(@"\\HV01\Hyper-V VM Virtual Device Pipe IO(a:b-{1})\Receive QoS - Total Message Delay Time (100ns)", "HV01", "Hyper-V VM Virtual Device Pipe IO", "a:b-{1}", "Receive QoS - Total Message Delay Time (100ns)")]
    [InlineData(@"\\HV01\Processor Information(0,_Total)\% Processor Time", "HV01", "Processor Information", "0,_Total", "% Processor Time")]
    public void Parse_KnownShapes_SplitsWhereTheyDo(string text, string computer, string set, string? instance, string counter)
    {
        var path = CounterPath.Parse(text);

        Assert.Equal(new CounterPath(computer, set, instance, counter), path);
        Assert.Equal(text, path!.ToString());
    }

    [Theory]
    [InlineData("web01#2", "web01", 2)]
    [InlineData("web01", "web01", 0)]
    [InlineData("c#", "c#", 0)]
    [InlineData("a#99999999999", "a#99999999999", 0)]
    public void Duplicate_OfInstances_IsTheNumberAtTheEnd(string instance, string name, int duplicate)
    {
        var path = new CounterPath("", "Set", instance, "C");

        Assert.Equal((name, duplicate), (path.BaseInstance, path.Duplicate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData(@"\\")]
    [InlineData(@"\\HOST")]
    [InlineData(@"\\HOST\Set")]
    [InlineData(@"\\HOST\Set\")]
    public void Parse_NoPath_IsNull(string text) => Assert.Null(CounterPath.Parse(text));
}
