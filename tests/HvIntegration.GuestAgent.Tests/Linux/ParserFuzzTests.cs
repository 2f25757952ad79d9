using HvIntegration.GuestAgent.Linux.Connections;
using HvIntegration.GuestAgent.Linux.Cpu;
using HvIntegration.GuestAgent.Linux.Disk;
using HvIntegration.GuestAgent.Linux.Filesystem;
using HvIntegration.GuestAgent.Linux.Identity;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Network;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.GuestAgent.Linux.Pressure;
using HvIntegration.GuestAgent.Linux.Processes;
using HvIntegration.GuestAgent.Linux.Tcp;

namespace HvIntegration.GuestAgent.Tests.Linux;

/// <summary>No text makes a parser throw or loop: recorded files cut, with bytes changed, and plain noise.</summary>
public class ParserFuzzTests
{
    public static TheoryData<int> Seeds => [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parse_DamagedText_NeverThrows(int seed)
    {
        // Arrange
        var random = new Random(seed);
        var corpus = Directory.EnumerateFiles(GuestTree.Fixture("6.1-cloud-amd64"), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var stat = new ProcStat();
        var keyed = new KeyedNumbers("MemTotal", "pgfault", "pgscan_kswapd");
        var snmp = new SnmpTable("Tcp:", "InSegs", "MaxConn");

        // Act and Assert
        for (var round = 0; round < 3000; round++)
        {
            var text = Damage(random, corpus[random.Next(corpus.Length)]);
            stat.Parse(text);
            keyed.Parse(text);
            snmp.Parse(text);
            _ = LoadAverage.TryParse(text, out _);
            _ = PressureFile.Parse(text);
            _ = SoftnetStat.TryParse(text, out _);
            TcpStates.Count(text, new long[TcpStates.Names.Length]);
            _ = TcpStates.Totals(text);
            _ = MountTable.Parse(text);
            _ = KvpPool.Parse(text, 8, 64);
            _ = ProcessIo.TryParse(text, out _);
            var process = default(ProcessStat);
            _ = ProcessStat.TryParse(text, ref process);
            var entries = new DirectoryScan(text);
            while (entries.TryNext(out _))
            {
            }

            var lines = new ByteCursor(text);
            while (lines.TryReadLine(out var line))
            {
                _ = DiskStatsLine.TryParse(line, out _, out _);
                _ = NetDevLine.TryParse(line, out _, out _);
            }
        }
    }

    [Theory]
    [InlineData("1 (x) R 2 3 4 0 -1 0 0 0 0 0 1 2 3 4 20 0 5 0 6 7 8", true)]
    [InlineData("1 (x) R 2 3 4 0 -1 0 0 0 0 0 1 2 3 4 20 0 5 0 6 7", false)]
    [InlineData("1 (x)", false)]
    [InlineData("1 (x", false)]
    [InlineData("(x) R", false)]
    [InlineData("-1 (x) R 2 3 4 0 -1 0 0 0 0 0 1 2 3 4 20 0 5 0 6 7 8", false)]
    [InlineData("99999999999 (x) R 2 3 4 0 -1 0 0 0 0 0 1 2 3 4 20 0 5 0 6 7 8", false)]
    public void ProcessStat_CutAndOddLines_AreRefusedWhole(string text, bool expected)
    {
        // Arrange
        var stat = default(ProcessStat);

        // Act
        var parsed = ProcessStat.TryParse(System.Text.Encoding.UTF8.GetBytes(text), ref stat);

        // Assert
        Assert.Equal(expected, parsed);
        Assert.Equal(expected ? 8 : 0, stat.ResidentPages);
    }

    [Theory]
    [InlineData("1 (kworker/0:1H-kblockd) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 1 0 6 0 0", "kworker/0:1H")]
    [InlineData("1 (kworker-like) S 2 0 0 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 6 0 0", "kworker-like")]
    public void ProcessStat_KernelWorker_KeepsItsNumberOnly(string text, string expected)
    {
        // Arrange
        var stat = default(ProcessStat);

        // Act
        Assert.True(ProcessStat.TryParse(System.Text.Encoding.UTF8.GetBytes(text), ref stat));

        // Assert
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(stat.Name.Span));
    }

    [Theory]
    [InlineData("9223372036854775807", true, long.MaxValue)]
    [InlineData("18446744073709551615", true, long.MaxValue)]
    [InlineData("12x", false, 12)]
    [InlineData("-1", false, 0)]
    [InlineData("", false, 0)]
    public void TryReadNumber_EdgeValues_SaturateAndRefuse(string text, bool expected, long value)
    {
        // Arrange
        var cursor = new ByteCursor(System.Text.Encoding.UTF8.GetBytes(text));

        // Act
        var isNumber = cursor.TryReadNumber(out var number);

        // Assert
        Assert.Equal(expected, isNumber);
        Assert.Equal(value, number);
        Assert.True(cursor.Rest.IsEmpty);
    }

    [Fact]
    public void Hash_KnownText_IsFnv1a() => Assert.Equal(0xaf63dc4c8601ec8cUL, CommandHasher.Hash("a"u8));

    private static byte[] Damage(Random random, byte[] original)
    {
        if (random.Next(10) == 0)
        {
            var noise = new byte[random.Next(2000)];
            random.NextBytes(noise);
            return noise;
        }

        var length = random.Next(3) == 0 ? random.Next(original.Length + 1) : original.Length;
        var copy = original[..Math.Min(length, 20_000)];
        for (var change = random.Next(8); change > 0 && copy.Length > 0; change--)
        {
            copy[random.Next(copy.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : " \n:()-9"[random.Next(7)]);
        }

        return copy;
    }
}
