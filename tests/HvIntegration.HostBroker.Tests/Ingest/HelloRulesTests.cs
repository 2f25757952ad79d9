using HvIntegration.Ingest;
using HvIntegration.Ingest.Streams;
using System.Text;
using Google.Protobuf;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Tests.Ingest;

public sealed class HelloRulesTests
{
    [Fact]
    public void Check_TooManyHints_IsRefusedByLimit()
    {
        var hello = Good();
        for (int i = 0; i <= ProtocolLimits.HelloEntriesMax; i++)
        {
            hello.IdentityHints.Add(new IdentityHint { Key = "k", Value = "v" });
        }

        var refused = Assert.Throws<RefusedException>(() => HelloRules.Check(hello, "0.1.0"));

        Assert.Equal(RefuseReason.Limit, refused.Reason);
        Assert.Contains("identity hints", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_HostileTexts_AreBoundedAndHarmless()
    {
        var random = new Random(7);
        for (int round = 0; round < 500; round++)
        {
            var hello = Good();
            char[] text = new char[random.Next(0, 400)];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (char)random.Next(0, 0x10000);
            }

            hello.HostName = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

            var facts = HelloRules.Check(hello, "0.1.0");

            Assert.True(Encoding.UTF8.GetByteCount(facts.HostName) <= ProtocolLimits.LabelBytesMax);
            Assert.DoesNotContain(facts.HostName, char.IsControl);
        }
    }

    private static Hello Good() => new() { ProtocolMajor = ProtocolVersion.Major, BootId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()) };
}
