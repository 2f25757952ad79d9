using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Catalog;

namespace HvIntegration.HostBroker.Tests.CounterSources.Catalog;

public class CounterSourceCatalogTests
{
    [Fact]
    public void Create_UnknownName_NamesTheOnesThereAre()
    {
        var error = Assert.Throws<CounterSourceException>(
            () => CounterSourceCatalog.Create(new CounterSourceSettings { Source = "vmware" }, TimeProvider.System));

        Assert.Contains("'vmware'", error.Message, StringComparison.Ordinal);
        Assert.All(CounterSourceCatalog.Names, n => Assert.Contains(n, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Create_OptionsOutOfRange_NamesEveryFault()
    {
        var settings = new CounterSourceSettings { Source = "qemu" };
        settings.Qemu.MonitorDeadlineMs = 1;
        settings.Qemu.PollConcurrency = 0;

        var error = Assert.Throws<CounterSourceException>(() => CounterSourceCatalog.Create(settings, TimeProvider.System));

        Assert.Contains("MonitorDeadlineMs", error.Message, StringComparison.Ordinal);
        Assert.Contains("PollConcurrency", error.Message, StringComparison.Ordinal);
    }
}
