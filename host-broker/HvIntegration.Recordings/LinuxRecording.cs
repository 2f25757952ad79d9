using HvIntegration.Ingest;
using HvIntegration.Ingest.Streams;
using Google.Protobuf;
using HvIntegration.Model;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Recordings;

/// <summary>Reads what <c>hvi-agent record</c> wrote: the frames of the wire, each with its length before it.</summary>
internal sealed class LinuxRecording
{
    private readonly string _file;
    private readonly Guid _partition;
    private readonly ReadShare _share;

    /// <summary>Sets the file of a recording that hvi-agent wrote.</summary>
    public LinuxRecording(string file, Guid partition, ReadShare share)
    {
        _file = file;
        _partition = partition;
        _share = share;
    }

    /// <summary>Boot the recording is of; known after the first batch.</summary>
    public Guid Boot { get; private set; }

    /// <summary>Processors by its Hello.</summary>
    public int LogicalProcessors { get; private set; }

    /// <summary>Why reading ended before the end of the file; null when it did not.</summary>
    public string? CutShort { get; private set; }

    /// <summary>Its batches in order.</summary>
    /// <exception cref="OfflineException">It cannot be read or is no recording.</exception>
    public IEnumerable<GuestBatch> Read()
    {
        using var stream = Open();
        var hello = Message(stream, 0) is { Hello: { } first } ? first
            : throw new OfflineException($"{_file}, byte 0: the file does not start with the Hello of an agent; record in the guest with 'hvi-agent record FILE'");
        AgentFacts facts;
        BatchReader reader;
        try
        {
            facts = HelloRules.Check(hello, typeof(LinuxRecording).Assembly.GetName().Version?.ToString(3) ?? "");
            reader = new BatchReader(hello, _partition, facts.BootId);
        }
        catch (RefusedException e)
        {
            throw new OfflineException($"{_file}: {e.Message}", e);
        }

        Boot = facts.BootId;
        LogicalProcessors = facts.LogicalProcessors;
        long told = 0;
        while (Next(stream) is { } message)
        {
            _share.Add(stream.Position - told);
            told = stream.Position;
            GuestBatch? batch;
            try
            {
                batch = Take(reader, message);
            }
            catch (RefusedException e)
            {
                CutShort = $"{_file}, byte {stream.Position}: {e.Message}";
                yield break;
            }

            if (batch is not null)
            {
                yield return batch;
            }
        }
    }

    private static GuestBatch? Take(BatchReader reader, AgentMessage message)
    {
        switch (message.BodyCase)
        {
            case AgentMessage.BodyOneofCase.Snapshot:
                reader.Restore(message.Snapshot);
                return null;
            case AgentMessage.BodyOneofCase.Samples:
                return reader.Read(message.Samples);
            default:
                return null;
        }
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OfflineException($"{_file}: cannot be read ({e.Message}); check the path and the access rights", e);
        }
    }

    private AgentMessage? Next(FileStream stream)
    {
        long at = stream.Position;
        if (at >= stream.Length)
        {
            return null;
        }

        try
        {
            return Message(stream, at);
        }
        catch (OfflineException e)
        {
            // A recorder that was killed leaves a part of its last frame: what stands before it is whole.
            CutShort = e.Message;
            return null;
        }
    }

    private AgentMessage Message(FileStream stream, long at)
    {
        try
        {
            long length = Length(stream);
            if (length < 0 || length > ProtocolLimits.MessageBytesMax || length > stream.Length - stream.Position)
            {
                throw new OfflineException($"{_file}, byte {at}: the frame is cut off or not valid; record again with 'hvi-agent record FILE'");
            }

            byte[] frame = new byte[length];
            stream.ReadExactly(frame);
            return AgentMessage.Parser.ParseFrom(frame);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException)
        {
            throw new OfflineException($"{_file}, byte {at}: not a frame of hvi-agent ({e.Message}); record again with 'hvi-agent record FILE'", e);
        }
    }

    private static long Length(FileStream stream)
    {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
            {
                return -1;
            }

            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return -1;
    }
}
