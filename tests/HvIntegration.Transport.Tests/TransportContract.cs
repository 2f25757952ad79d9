using HvIntegration.TransportProbe.Cases;

namespace HvIntegration.Transport.Tests;

/// <summary>What every transport must do, by name; the same cases run inside virtual machines.</summary>
public abstract class TransportContract
{
    public static TheoryData<string> Names { get; } = new(TransportCase.All.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Transport_EachCase_Holds(string name)
    {
        using var place = Open();
        await TransportCase.All.Single(c => c.Name == name).RunWithinLimitAsync(place);
    }

    protected abstract TransportPlace Open();
}
