using HvIntegration.HostBroker.Api.Contract;

namespace HvIntegration.HostBroker.Dashboard;

/// <summary>Seconds in which a side of a VM told nothing, as the pages show them.</summary>
/// <param name="From">First second.</param>
/// <param name="To">Last second until now.</param>
/// <param name="Words">Why, as far as it was measured.</param>
public sealed record GapLine(long From, long To, string Words)
{
    /// <summary>Of the API's.</summary>
    internal static GapLine Of(GapView gap) => new(gap.FromSecond, gap.ToSecond, DashboardReader.Bounded(gap.Words));

    /// <summary>Seconds.</summary>
    public long Lasted => To - From + 1;
}
