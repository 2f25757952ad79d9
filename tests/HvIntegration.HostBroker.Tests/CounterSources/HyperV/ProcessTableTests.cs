using System.Buffers.Binary;
using System.Text;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>Worker processes of all VMs come of one list of processes, however many VMs there are.</summary>
public sealed class ProcessTableTests
{
    private const ulong Address = 0x7000_0000;

    [Fact]
    public void Read_ManyVms_TakesOneSnapshot()
    {
        // Arrange
        HyperVVm[] vms = [.. Enumerable.Range(1, 1_024).Select(i => new HyperVVm(Guid.NewGuid(), $"vm{i}") { State = PartitionState.Running, WorkerProcessId = i })];
        using var snapshot = new CountedSnapshot();
        var samples = new HostSampleList();
        // Act
        WorkerProcesses.Read(new VmDirectory(vms), snapshot, 1, samples);
        // Assert
        Assert.Equal(1, snapshot.Taken);
        Assert.Equal(vms.Length, samples.Samples.Count(s => s.Series.MetricId == HostMetrics.VmOverheadTime.Id));
        Assert.Single(samples.Samples, s => s.Series.MetricId == StackMetrics.VmmsMemory.Id);
    }

    [Fact]
    public void Find_ChainOfProcesses_FindsByNumberAndByProgram()
    {
        // Arrange
        byte[] answer = [.. Entry(4711, "vmwp.exe", 0, last: false), .. Entry(12, "other.exe", 1, last: false), .. Entry(99, "VMMS.EXE", 2, last: true)];
        var byId = new Dictionary<int, HostProcessUse>();
        var ofProgram = new List<HostProcessUse>();
        // Act
        ProcessTable.Find(answer, Address, new HashSet<int> { 4711, 5 }, "vmms.exe", byId, ofProgram);
        // Assert
        Assert.Equal(new HostProcessUse(4711, 3, 8_192, 77, 6), Assert.Single(byId).Value);
        Assert.Equal(99, Assert.Single(ofProgram).Id);
    }

    [Fact]
    public void Find_AnyBytes_NeverThrowsNorRunsOn()
    {
        // Arrange
        var random = new Random(15);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] bytes = new byte[random.Next(0, 2_000)];
            random.NextBytes(bytes);
            // Act and assert: no exception, and it ends.
            ProcessTable.Find(bytes, Address, new HashSet<int> { 1 }, "vmms.exe", [], []);
        }
    }

    private static byte[] Entry(int id, string name, int place, bool last)
    {
        byte[] entry = new byte[ProcessTable.EntryBytes + 64];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, last ? 0 : (uint)entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), 6);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(40), 10_000_000);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(48), 20_000_000);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(56), (ushort)(2 * name.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(64), Address + (ulong)((place * entry.Length) + ProcessTable.EntryBytes));
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(80), id);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(96), 77);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(144), 8_192);
        Encoding.Unicode.GetBytes(name).CopyTo(entry, ProcessTable.EntryBytes);
        return entry;
    }

    private sealed class CountedSnapshot : IProcessSnapshot
    {
        public int Taken { get; private set; }

        public (IReadOnlyDictionary<int, HostProcessUse> ById, IReadOnlyList<HostProcessUse> OfProgram) Take(IReadOnlySet<int> ids, string program)
        {
            Taken++;
            return (ids.ToDictionary(i => i, i => new HostProcessUse(i, 1, 2, 3, 4)), [new HostProcessUse(1, 1, 1, 1, 1)]);
        }

        public void Dispose()
        {
        }
    }
}
