using HvIntegration.HostileTests.Attacks;
using HvIntegration.HostileTests.Beside;

namespace HvIntegration.HostileTests;

/// <summary>A guest, hostile or broken, harms nobody but itself: every attack runs against the real broker with good agents beside it.</summary>
public sealed class OneHostileBesideOneGoodTests(ITestOutputHelper output)
{
    /// <summary>Names of all attacks, or of those that <c>HVI_HOSTILE_ATTACKS</c> names in part.</summary>
    public static IEnumerable<TheoryDataRow<string>> Attacks => AttackCatalog.All
        .Where(a => a.Name.Contains(RunLength.AttackNamed, StringComparison.OrdinalIgnoreCase)).Select(a => new TheoryDataRow<string>(a.Name));

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Attack_OneHostileVm_HarmsNobodyElse(string name)
    {
        var duel = new Duel();

        await duel.RunAsync(AttackCatalog.All.Single(a => a.Name == name), RunLength.Attack, RunLength.Seed);

        foreach (string line in duel.Numbers)
        {
            output.WriteLine(line);
        }

        Assert.True(duel.Faults.Count == 0, string.Join('\n', duel.Faults.Concat(duel.Numbers)));
    }
}
