using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.Commands.Report;
using HvIntegration.HostBroker.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Bundles;

/// <summary>Leaves out of a bundle what was not asked for: who the users are, and what runs outside the VM.</summary>
/// <remarks>The key of the hashes is thrown away with this object, so they can be compared within a bundle and not be turned back by trying all ids.</remarks>
/// <param name="withUsers">User ids as they are.</param>
/// <param name="withOthers">Names of what runs outside the VM as they are.</param>
/// <param name="vmNames">Names of this host's VMs. They stay in sentences; a suspect of any other name is taken for a process of the host, its samples kept or not.</param>
internal sealed class BundlePrivacy(bool withUsers, bool withOthers, IEnumerable<string> vmNames)
{
    private const int KeyBytes = 32;
    private const int NameBytes = 4;
    private const int AliasesMax = 4_096;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(KeyBytes);
    // By the name as sentences write it.
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stay = NeighbourNames.ThatStay(vmNames);

    /// <summary>A process of a guest whose inside is in the bundle.</summary>
    public GuestProcess Of(GuestProcess process) =>
        withUsers ? process : process with { UserId = BinaryPrimitives.ReadUInt32LittleEndian(Hash(BitConverter.GetBytes(process.UserId))) };

    /// <summary>A host sample; processes of the host keep their numbers and lose their names. Give the samples before what was said of them.</summary>
    public HostSample Of(HostSample sample) => withOthers || sample.Series.MetricId != HostMetrics.HostProcessTime.Id
        ? sample
        : sample with { Series = sample.Series with { Instance = Alias(sample.Series.Instance) }, NativeName = HostMetrics.HostProcessTime.Name };

    /// <summary>What was said of a second.</summary>
    public RecordedSecond Of(RecordedSecond second) => withOthers ? second : second with { Sentence = Of(second.Sentence) };

    /// <summary>An episode.</summary>
    public BundleEpisode Of(EpisodeView episode, VerdictView? verdict) => withOthers
        ? new BundleEpisode(episode, verdict)
        : new BundleEpisode(
            episode with { Sentence = Of(episode.Sentence) },
            verdict is null
                ? null
                : verdict with
                {
                    Sentence = Of(verdict.Sentence),
                    Culprits = [.. verdict.Culprits.Select(c => c with { Process = null, Name = c.Id == Guid.Empty ? Suspect(ForeignText.Name(c.Name)) : c.Name })],
                });

    private string Of(string sentence) => NeighbourNames.Without(sentence, Suspect);

    // A name that sentences cut has the alias of its samples while there are any.
    private string Suspect(string name) => _stay.Contains(name) ? name : _aliases.GetValueOrDefault(name) ?? Alias(name);

    private string Alias(string name)
    {
        string alias = "process-" + Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(name)).AsSpan(0, NameBytes));
        if (_aliases.Count < AliasesMax)
        {
            _aliases.TryAdd(ForeignText.Name(name), alias);
        }

        return alias;
    }

    private byte[] Hash(byte[] value) => HMACSHA256.HashData(_key, value);
}
