using System.Globalization;
using Google.Protobuf;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.GuestAgent.Uplink;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Text;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>For the guest's owner: every field that would leave the guest, as the frames have them, with sizes.</summary>
internal sealed class PayloadCommand(AgentOptions options, TextWriter output)
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithIndentation().WithPreserveProtoFieldNames(true));

    /// <summary>Prints Hello, the first batch (with all definitions) and the next one (as every later second).</summary>
    public int Run(CancellationToken cancellation)
    {
        var clock = new SystemGuestClock(TimeProvider.System);
        using var parts = new AgentParts(options, clock, NullLogger.Instance);
        output.WriteLine($"Destination: {options.Broker} only. Command lines are sent as a hash only. Environments, file contents and user names are not read.");
        Print("1. Hello, once for each connection", new AgentMessage { Hello = HelloFactory.Create(parts.Identity, parts.Sampler.CollectorNames, parts.FirstSequence, clock) });
        var reader = new SampleReader(parts);
        var batch = new DecodedBatch();
        reader.Next(batch);
        Print("2. The first batch: the name and value of each series and process", new AgentMessage { Samples = reader.Frame });
        cancellation.WaitHandle.WaitOne(options.IntervalMs);
        reader.Next(batch);
        Print("3. Each later batch: differences from the previous batch", new AgentMessage { Samples = reader.Frame });
        return ExitStatus.Healthy;
    }

    private void Print(string title, AgentMessage message)
    {
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"== {title}: {message.CalculateSize()} bytes"));
        output.WriteLine(SafeText.InJson(Formatter.Format(message)));
    }
}
