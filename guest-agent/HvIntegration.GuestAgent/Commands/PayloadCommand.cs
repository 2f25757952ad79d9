using System.Globalization;
using Google.Protobuf;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.GuestAgent.Uplink;
using HvIntegration.Protocol.Codec;
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
        output.WriteLine($"To {options.Broker}; to nobody else. Of a command line only a hash leaves the guest; environments, file contents and user names are not read.");
        Print("1. Hello, once for each connection", new AgentMessage { Hello = HelloFactory.Create(parts.Identity, parts.Sampler.CollectorNames, parts.FirstSequence, clock) });
        var reader = new SampleReader(parts);
        var batch = new DecodedBatch();
        reader.Next(batch);
        Print("2. The first batch: what each series and process is, and its value", new AgentMessage { Samples = reader.Frame });
        cancellation.WaitHandle.WaitOne(options.IntervalMs);
        reader.Next(batch);
        Print("3. Every later batch: differences to the one before", new AgentMessage { Samples = reader.Frame });
        return ExitStatus.Healthy;
    }

    private void Print(string title, AgentMessage message)
    {
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"== {title}: {message.CalculateSize()} bytes"));
        output.WriteLine(Formatter.Format(message));
    }
}
