using HvIntegration.Broker.Live;
using HvIntegration.Model;

namespace HvIntegration.HostBroker.Tests.Hosting;

public sealed class EpisodeLogTests
{
    private static readonly PartitionInfo Web = new(Guid.NewGuid(), "web", PartitionState.Running, 1, null, null, null);
    private static readonly PartitionInfo Noisy = new(Guid.NewGuid(), "noisy", PartitionState.Running, 1, null, null, null);

    private readonly EpisodeLog _log = new();

    [Fact]
    public void Note_OneEpisodeOverManySeconds_IsOneWithOneId()
    {
        _log.Note(Report(Web, 100, Episode(Web, "cpu", 100, 100, null)));
        _log.Note(Report(Web, 101, Episode(Web, "cpu", 100, 101, null)));

        var one = Assert.Single(_log.All);
        Assert.Equal(101, one.HeldSecond);
        Assert.Equal(1, one.Id);

        _log.Note(Report(Web, 102, Episode(Web, "cpu", 100, 101, 101)));
        Assert.Equal((1L, (long?)101), (Assert.Single(_log.All).Id, _log.All[0].EndSecond));
    }

    [Fact]
    public void Note_EpisodeIsGoneWithoutAnEnd_EndsWhereItHeldLast()
    {
        _log.Note(Report(Web, 100, Episode(Web, "cpu", 100, 100, null)));

        _log.Note(Report(Web, 110, null));

        Assert.Equal(100, Assert.Single(_log.All).EndSecond);
    }

    [Fact]
    public void Note_AnotherCause_EndsTheFirstAndOpensTheSecond()
    {
        _log.Note(Report(Web, 100, Episode(Web, "cpu", 100, 100, null)));

        _log.Note(Report(Web, 105, Episode(Web, "disk", 105, 105, null)));

        Assert.Equal(["disk", "cpu"], _log.All.Select(e => e.Hypothesis));
        Assert.Equal([null, 100], _log.All.Select(e => e.EndSecond));
        Assert.Equal([2L, 1L], _log.All.Select(e => e.Id));
    }

    [Fact]
    public void Note_EpisodesOfOneVmComeAndGo_PushNobodyElsesOut()
    {
        _log.Note(Report(Web, 10, Episode(Web, "cpu", 10, 10, 10)));
        for (int i = 100; i < 2_000; i++)
        {
            _log.Note(Report(Noisy, i, Episode(Noisy, "cpu", i, i, i)));
        }

        Assert.Single(_log.All, e => e.Partition == Web.Id);
        Assert.Equal(1_999, _log.All[0].OnsetSecond);
        Assert.InRange(_log.All.Count, 2, 51);
    }

    [Fact]
    public void Note_EpisodesOfManyVms_AreBoundedInAll()
    {
        for (int vm = 0; vm < 40; vm++)
        {
            var info = Web with { Id = Guid.NewGuid() };
            for (int i = 0; i < 40; i++)
            {
                _log.Note(Report(info, i, Episode(info, "cpu", i, i, i)));
            }
        }

        Assert.Equal(500, _log.All.Count);
    }

    [Fact]
    public void Keep_VmLeftTheHost_ItsEpisodeIsNotOpenForEver()
    {
        _log.Note(Report(Web, 100, Episode(Web, "cpu", 100, 100, null)));
        _log.Note(Report(Noisy, 100, Episode(Noisy, "cpu", 100, 100, null)));

        _log.Keep(new HashSet<Guid> { Noisy.Id });

        Assert.Equal(100, _log.All.Single(e => e.Partition == Web.Id).EndSecond);
        Assert.Null(_log.All.Single(e => e.Partition == Noisy.Id).EndSecond);
        _log.Note(Report(Web, 105, Episode(Web, "cpu", 100, 105, null)));
        Assert.Null(_log.All.Single(e => e.Partition == Web.Id).EndSecond);
        Assert.Equal(1, _log.All.Single(e => e.Partition == Web.Id).Id);
    }

    private static PartitionReport Report(PartitionInfo vm, long second, Episode? episode) => new(vm, second, true, true, [], Verdict("none"), episode, null, []);

    private static Episode Episode(PartitionInfo vm, string cause, long onset, long held, long? end) => new(0, vm.Id, cause, onset, held, end, 0.5, Verdict(cause));

    private static Verdict Verdict(string cause) => new(VerdictStatement.OfRecord(cause, Side.Host, Guid.Empty, "vm", null, null), 0.9);
}
