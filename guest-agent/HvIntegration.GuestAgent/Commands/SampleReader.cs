using HvIntegration.GuestAgent.Hosting;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>Takes samples without a ring and reads them back through the broker's decoder: what is shown is what would arrive.</summary>
internal sealed class SampleReader
{
    /// <summary>How long a single sample waits for sources that may block.</summary>
    public const int SlowWaitMs = 3_000;

    private readonly AgentParts _parts;
    private readonly StreamDecoder _decoder;
    private ulong _sequence;

    /// <summary>Reads from the start of a chain.</summary>
    public SampleReader(AgentParts parts)
    {
        _parts = parts;
        _decoder = new StreamDecoder(parts.Sampler.CollectorNames.Count);
        _sequence = parts.FirstSequence;
    }

    /// <summary>Size of the frame taken last, bytes.</summary>
    public int FrameBytes { get; private set; }

    /// <summary>The newest batch as it goes on the wire; empty before the first.</summary>
    public SampleBatch Frame { get; private set; } = new();

    /// <summary>Takes the next sample.</summary>
    /// <param name="into">Decoded values.</param>
    public void Next(DecodedBatch into)
    {
        _parts.Sampler.Sample(_sequence++, 0, SlowWaitMs);
        FrameBytes = _parts.Sampler.Message.Length;
        Frame = AgentMessage.Parser.ParseFrom(_parts.Sampler.Message).Samples;
        _decoder.Apply(Frame, into);
    }
}
