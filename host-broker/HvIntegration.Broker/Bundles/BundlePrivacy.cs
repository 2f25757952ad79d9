using HvIntegration.Api.Contract;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Broker.Bundles;

/// <summary>Leaves out of a bundle what was not asked for: who the users are, and what runs outside the VM.</summary>
/// <remarks>
/// Names are taken out of structure, and words are made afterwards. What history keeps has words only: they are left out, and what is known beside them is said.
/// The key of the hashes is thrown away with this object, so they can be compared within a bundle and not be turned back by trying all ids.
/// </remarks>
/// <param name="withUsers">User ids as they are.</param>
/// <param name="withOthers">Names of what runs outside the VM as they are.</param>
internal sealed class BundlePrivacy(bool withUsers, bool withOthers)
{
    private const int KeyBytes = 32;
    private const int NameBytes = 4;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>A process of a guest whose inside is in the bundle.</summary>
    public GuestProcess Of(GuestProcess process) =>
        withUsers ? process : process with { UserId = BinaryPrimitives.ReadUInt32LittleEndian(Hash(BitConverter.GetBytes(process.UserId))) };

    /// <summary>A host sample; processes of the host keep their numbers and lose their names.</summary>
    public HostSample Of(HostSample sample) => withOthers || sample.Series.MetricId != HostMetrics.HostProcessTime.Id
        ? sample
        : sample with { Series = sample.Series with { Instance = Alias(sample.Series.Instance) }, NativeName = HostMetrics.HostProcessTime.Name };

    /// <summary>What was said of a second.</summary>
    /// <param name="second">As history has it.</param>
    /// <param name="vm">Name of its VM.</param>
    public RecordedSecond Of(RecordedSecond second, string vm) =>
        withOthers ? second : second with { Sentence = VerdictText.BriefOf(second.Hypothesis, second.Side, vm, second.EpisodeOnset) };

    /// <summary>An episode without names from outside the VM.</summary>
    public BundleEpisode Of(EpisodeView episode, VerdictView? verdict) =>
        withOthers ? new BundleEpisode(episode, verdict) : new BundleEpisode(OthersLeftOut.Of(episode, Alias), verdict is null ? null : OthersLeftOut.Of(verdict, episode, Alias));

    private string Alias(string name) => "process-" + Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(name)).AsSpan(0, NameBytes));

    private byte[] Hash(byte[] value) => HMACSHA256.HashData(_key, value);
}
