using System.Buffers.Binary;
using HvIntegration.GuestAgent.Windows.Connections;
using HvIntegration.GuestAgent.Windows.Counters;
using HvIntegration.GuestAgent.Windows.Cpu;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Paging;
using HvIntegration.GuestAgent.Windows.Processes;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.GuestAgent.Windows.Services;

namespace HvIntegration.GuestAgent.Tests.Windows;

/// <summary>Parsers of the Windows collectors: pure, so they are tested on any system.</summary>
public sealed class WindowsParserTests
{
    [Fact]
    public void Carried32_CounterWraps_GoesOnRising()
    {
        // Arrange
        var counter = default(Carried32);
        counter.Advance(uint.MaxValue - 1);
        // Act
        long total = counter.Advance(3);
        // Assert
        Assert.Equal(uint.MaxValue + 4L, total);
    }

    [Fact]
    public void SystemProcessReader_TwoProcesses_CountsThreadsByState()
    {
        // Arrange: a process with a ready thread and one that waits for a page, then one without threads.
        const ulong Address = 0x10000;
        const int First = SystemProcessReader.ProcessBytes + (2 * SystemProcessReader.ThreadBytes);
        byte[] answer = new byte[First + SystemProcessReader.ProcessBytes + 10];
        BinaryPrimitives.WriteInt32LittleEndian(answer, First);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), 2);
        BinaryPrimitives.WriteInt64LittleEndian(answer.AsSpan(80), 4711);
        SetThread(answer, 0, 1, 0);
        SetThread(answer, 1, 5, 2);
        Span<byte> second = answer.AsSpan(First);
        BinaryPrimitives.WriteInt64LittleEndian(second[80..], 4712);
        BinaryPrimitives.WriteUInt16LittleEndian(second[56..], 10);
        BinaryPrimitives.WriteUInt64LittleEndian(second[64..], Address + First + SystemProcessReader.ProcessBytes);
        "a.exe"u8.ToArray().Select((letter, at) => (letter, at)).ToList().ForEach(l => answer[First + SystemProcessReader.ProcessBytes + (2 * l.at)] = l.letter);
        // Act
        var reader = new SystemProcessReader(answer, Address);
        bool hasFirst = reader.TryNext(out SystemProcess one);
        (long Pid, int Ready, int PageWaits, char State) first = (one.Pid, one.Ready, one.PageWaits, one.State);
        bool hasSecond = reader.TryNext(out SystemProcess two);
        (long Pid, string Name) last = (two.Pid, two.Name.ToString());
        bool hasThird = reader.TryNext(out _);
        // Assert
        Assert.True(hasFirst && hasSecond);
        Assert.False(hasThird);
        Assert.Equal((4711L, 1, 1, 'R'), first);
        Assert.Equal((4712L, "a.exe"), last);
    }

    [Theory]
    [InlineData("2:4711 <winword.exe>", "2|4711|winword.exe")]
    [InlineData("Max", null)]
    [InlineData("x:4711 <a>", null)]
    public void OfProcess_Instance_IsSplit(string instance, string? expected) =>
        Assert.Equal(expected, CounterCatalog.OfProcess(instance) is { } parts ? string.Join('|', parts) : null);

    [Theory]
    [InlineData("pid_4420_luid_0x0_0x1_phys_0_eng_3_engtype_3D", "3D")]
    [InlineData("pid_4420", null)]
    public void OfEngine_Instance_IsItsKind(string instance, string? expected) =>
        Assert.Equal(expected, CounterCatalog.OfEngine(instance)?.Single());

    [Fact]
    public void Parsers_AnyBytes_NeverThrowNorRunOn()
    {
        // Arrange
        var random = new Random(20_260);
        var counts = new long[TcpTable.Names.Length];
        for (var round = 0; round < 2_000; round++)
        {
            byte[] bytes = new byte[random.Next(0, 3_000)];
            random.NextBytes(bytes);
            if (bytes.Length > 8 && random.Next(2) == 0)
            {
                // Small numbers are the ones that lead further in.
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)random.Next(0, 600));
            }

            // Act
            var processes = new SystemProcessReader(bytes, (ulong)random.Next());
            var seen = 0;
            while (processes.TryNext(out SystemProcess process))
            {
                _ = process.Name.ToString();
                seen++;
            }

            for (var index = 0; index < 4; index++)
            {
                _ = ServiceRow.TryParse(bytes, 0, index, out _, out _);
                _ = CounterItem.TryParse(bytes, 0, index, out _, out _);
            }

            for (var row = 0; row < ProcessorTimes.CountIn(bytes.Length); row++)
            {
                _ = ProcessorTimes.Parse(bytes, row);
            }

            for (var row = 0; row < InterfaceRow.CountIn(bytes); row++)
            {
                var traffic = InterfaceRow.At(bytes, row).Receive;
                Assert.True(traffic.Packets >= 0 && traffic.Bytes >= 0);
            }

            TcpTable.Count(bytes, TcpTable.Row6Bytes, TcpTable.State6Offset, counts);
            _ = PageFiles.Sum(bytes);
            _ = SystemPerformance.TryParse(bytes, out _);
            // Assert: each step of the chain takes bytes, so there are few.
            Assert.True(seen <= bytes.Length / SystemProcessReader.ProcessBytes);
        }
    }

    private static void SetThread(byte[] answer, int index, uint state, uint reason)
    {
        Span<byte> thread = answer.AsSpan(SystemProcessReader.ProcessBytes + (index * SystemProcessReader.ThreadBytes) + SystemProcessReader.ThreadStateOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(thread, state);
        BinaryPrimitives.WriteUInt32LittleEndian(thread[4..], reason);
    }
}
