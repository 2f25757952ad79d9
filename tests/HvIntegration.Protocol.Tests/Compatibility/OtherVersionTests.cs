using Google.Protobuf;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Tests.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Tests.Compatibility;

/// <summary>Frames of a later minor version: what this build does not know is skipped, the rest keeps its meaning.</summary>
public sealed class OtherVersionTests
{
    [Fact]
    public void Apply_BatchWithFieldsOfALaterMinor_DecodesWhatIsKnown()
    {
        // Arrange: unknown fields of every wire type in the batch, in a reading and beside the body.
        byte[] unknown = UnknownFields();
        byte[] reading = [.. SampleMessages.First(1).Readings[0].ToByteArray(), .. unknown];
        SampleBatch first = SampleMessages.First(1);
        first.Readings.Clear();
        var bytes = new MemoryStream();
        var output = new CodedOutputStream(bytes, leaveOpen: true);
        output.WriteTag(SampleBatch.ReadingsFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(reading));
        output.Flush();
        byte[] batch = [.. first.ToByteArray(), .. bytes.ToArray(), .. unknown];
        byte[] frame = [.. new AgentMessage { Samples = SampleBatch.Parser.ParseFrom(batch) }.ToByteArray(), .. unknown];
        var into = new DecodedBatch();
        // Act
        new StreamDecoder(2).Apply(AgentMessage.Parser.ParseFrom(frame).Samples, into);
        // Assert
        Assert.Equal([1.0, 7.0], into.Values.Select(v => v.Value));
    }

    [Fact]
    public void Apply_StatusAndEventKindOfALaterMinor_AreKeptAsNumbers()
    {
        // Arrange
        var batch = new SampleBatch { Sequence = 1, Readings = { new Reading { Status = (CollectorStatus)77, Reason = "later" } }, Events = { new AgentEvent { Kind = (AgentEventKind)88 } } };
        var into = new DecodedBatch();
        // Act
        new StreamDecoder(1).Apply(SampleBatch.Parser.ParseFrom(batch.ToByteArray()), into);
        // Assert
        Assert.Equal(((CollectorStatus)77, "later"), (into.Readings[0].Status, into.Readings[0].Reason));
        Assert.Equal((AgentEventKind)88, into.Events[0].Kind);
    }

    [Fact]
    public void Parse_MessageBodyOfALaterMinor_IsNoneOfOurs()
    {
        // Arrange: field 15 of the oneof, as a later broker or agent may send.
        byte[] frame = UnknownFields();
        // Act and assert
        Assert.Equal(AgentMessage.BodyOneofCase.None, AgentMessage.Parser.ParseFrom(frame).BodyCase);
        Assert.Equal(BrokerMessage.BodyOneofCase.None, BrokerMessage.Parser.ParseFrom(frame).BodyCase);
    }

    private static byte[] UnknownFields()
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(101, WireFormat.WireType.Varint);
            output.WriteUInt64(ulong.MaxValue);
            output.WriteTag(102, WireFormat.WireType.Fixed64);
            output.WriteFixed64(1);
            output.WriteTag(103, WireFormat.WireType.LengthDelimited);
            output.WriteString("of a later version");
            output.WriteTag(104, WireFormat.WireType.Fixed32);
            output.WriteFixed32(1);
        }

        return stream.ToArray();
    }
}
