using System.Text;
using HvIntegration.GuestAgent.Hosting;
using HvIntegration.GuestAgent.Sampling;

namespace HvIntegration.GuestAgent.Tests.Hosting;

/// <summary>File, environment and command line: who wins, and what is said about faults.</summary>
public sealed class AgentOptionsTests
{
    private static readonly string[] Collectors = ["cpu", "disk", "process"];

    [Fact]
    public void Load_NothingSet_IsWhatTheDocumentationSays()
    {
        AgentOptions options = Load([], []);

        Assert.Equal(
            (1000, 1000, 20, 8, 15, SamplingPriority.Auto, true, false),
            (options.IntervalMs, options.ProcessIntervalMs, options.TopN, options.RingMib, options.RingMinutes, options.Priority, options.PrivilegedPort, options.AllowTcp));
        Assert.Equal(OperatingSystem.IsWindows() ? "hvsocket" : "vsock", options.Broker.Kind.ToString().ToLowerInvariant());
    }

    [Fact]
    public void Load_SameOptionInFileEnvironmentAndLine_TheLastWins()
    {
        // Arrange
        var faults = new List<string>();
        var settings = OptionsFile.Parse("""{ "top-n": 1, "interval_ms": 200, "Log-Level": "debug", "disable": ["cpu", "disk"] }"""u8, "agent.json", faults)
            .Concat(AgentOptionsLoader.FromEnvironment(new Dictionary<string, string> { ["HVI_AGENT_TOP_N"] = "2", ["HVI_AGENT_RING_MIB"] = "3", ["PATH"] = "/bin" }))
            .Append(new OptionSetting("top-n", "5", "--top-n"));
        // Act
        AgentOptions options = Load(settings, faults);
        // Assert
        Assert.Empty(faults);
        Assert.Equal((5, 200, 3), (options.TopN, options.IntervalMs, options.RingMib));
        Assert.Equal(["cpu", "disk"], options.Disable);
    }

    [Fact]
    public void Load_ManyFaults_AreAllToldAtOnceWithTheirPlaceAndWhatWouldBeRight()
    {
        // Arrange
        var faults = new List<string>();
        var settings = OptionsFile.Parse(
            """
            {
              "interval-ms": 5,
              "colour": "red",
              "priority": "urgent",
              "disable": "cpu, ghost",
              "top-n": { "a": 1 }
            }
            """u8,
            "/etc/agent.json",
            faults)
            .Concat(AgentOptionsLoader.FromEnvironment(new Dictionary<string, string> { ["HVI_AGENT_ALLOW_TCP"] = "perhaps" }))
            .Append(new OptionSetting("broker", "tcp://192.0.2.1:7777", "--broker"));
        // Act
        Load(settings.Append(new OptionSetting("TOP_M", "3", "environment variable HVI_AGENT_TOP_M")).Append(new OptionSetting("intervall", "3", "--intervall")), faults);
        // Assert
        Assert.Equal(9, faults.Count);
        Told(faults, "environment variable HVI_AGENT_TOP_M:", "unknown option 'TOP_M'; did you mean 'top-n'?");
        Told(faults, "--intervall:", "unknown option 'intervall'; did you mean 'interval-ms'?");
        Told(faults, "/etc/agent.json, line 6: top-n:", "a number");
        Told(faults, "/etc/agent.json, line 2: interval-ms = '5':", "100 to 60000");
        Told(faults, "/etc/agent.json, line 3:", "unknown option 'colour'; valid names: broker, interval-ms");
        Told(faults, "/etc/agent.json, line 4: priority = 'urgent':", "auto, realtime, nice or normal");
        Told(faults, "environment variable HVI_AGENT_ALLOW_TCP: allow-tcp = 'perhaps':", "true or false");
        Told(faults, "/etc/agent.json, line 5: disable:", "unknown collector 'ghost'; valid names: cpu, disk, process");
        Told(faults, "--broker: broker = 'tcp://192.0.2.1:7777':", "allow-tcp");
    }

    [Theory]
    [InlineData("broker", "2", "hvsock://, vsock://, unix:// or tcp://")]
    [InlineData("broker", "unix://relative", "absolute path")]
    [InlineData("broker", "", "vsock://2")]
    [InlineData("ring-mib", "0", "1 to 256")]
    [InlineData("ring-mib", "1e3", "whole number")]
    [InlineData("ring-minutes", "", "1 to 1440")]
    [InlineData("top-n", "65", "0 to 64")]
    [InlineData("log-level", "loud", "debug, information, warning or error")]
    [InlineData("log-level", "3", "debug, information, warning or error")]
    [InlineData("privileged-port", "yes", "true or false")]
    [InlineData("root", "/no/such/folder", "does not exist")]
    public void Load_OneFault_SaysWhatWouldBeRight(string name, string value, string right)
    {
        var faults = new List<string>();

        Load([new OptionSetting(name, value, "--" + name)], faults);

        Told(faults, "--" + name + ":", right);
        Assert.Single(faults);
    }

    [Fact]
    public void Load_TcpOnLoopbackOrAllowed_IsTaken()
    {
        var faults = new List<string>();

        Load([new OptionSetting("broker", "tcp://127.0.0.1:7777", "--broker")], faults);
        Load([new OptionSetting("broker", "tcp://192.0.2.1:7777", "--broker"), new OptionSetting("allow-tcp", "true", "--allow-tcp")], faults);

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("", "line 1", "not valid JSON")]
    [InlineData("{ \"\u00e9\": 1 }", "line 1", "UTF-8", true)]
    [InlineData("[1]", "line 1", "object")]
    [InlineData("{ \"top-n\": 1,\n \"top-n\" }", "line 2", "not valid JSON")]
    [InlineData("{}\n}", "line 2", "not valid JSON")]
    public void Parse_NotAnObject_NamesFileAndLine(string text, string line, string fault, bool latin = false)
    {
        var faults = new List<string>();

        OptionsFile.Parse((latin ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text), "agent.json", faults);

        Told(faults, "agent.json, " + line, fault);
        Assert.Single(faults);
    }

    [Fact]
    public void Parse_CommentsMarkAndTrailingComma_AreAllowed()
    {
        var faults = new List<string>();

        var settings = OptionsFile.Parse([.. Encoding.UTF8.Preamble, .. "{ // why\n \"top-n\": 3, /* so */ }"u8], "agent.json", faults);

        Assert.Empty(faults);
        Assert.Equal(new OptionSetting("top-n", "3", "agent.json, line 2"), Assert.Single(settings));
    }

    [Fact]
    public void Parse_DamagedBytes_GivesFaultsAndNeverThrows()
    {
        byte[] good = Encoding.UTF8.GetBytes("""{ "broker": "vsock://2", "top-n": 20, "disable": ["cpu", "disk"], "allow-tcp": false, "x": { "y": [1, null] } }""");
        var random = new Random(11);
        for (int round = 0; round < 5_000; round++)
        {
            byte[] bytes = [.. good.AsSpan(0, random.Next(good.Length + 1))];
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var faults = new List<string>();
            var settings = OptionsFile.Parse(bytes, "agent.json", faults);
            Load(settings, faults);
            Assert.All(faults, f => Assert.NotEqual("", f));
        }
    }

    [Fact]
    public void Read_FileThatAnyUserOfTheGuestCanWrite_IsRefusedWithTheRemedy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes");
        string folder = Directory.CreateTempSubdirectory("hvi-o-").FullName;
        try
        {
            string file = Path.Join(folder, "agent.json");
            File.WriteAllText(file, """{ "top-n": 5 }""");
            var faults = new List<string>();
            Assert.Single(OptionsFile.Read(file, true, faults));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, (UnixFileMode)0x1B6 /* 0666 */);
            }

            Assert.Empty(OptionsFile.Read(file, true, faults));
            Assert.Equal($"'{file}' can be written by every account of this machine (mode 0666): chmod go-w {file}", Assert.Single(faults));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Read_MissingOrTooLargeFile_IsAFaultOnlyWhenItWasNamed()
    {
        var faults = new List<string>();
        string folder = Directory.CreateTempSubdirectory("hvi-options-").FullName;
        try
        {
            Assert.Empty(OptionsFile.Read(Path.Join(folder, "none.json"), false, faults));
            Assert.Empty(faults);
            Assert.Empty(OptionsFile.Read(Path.Join(folder, "none.json"), true, faults));
            Told(faults, Path.Join(folder, "none.json"), "");

            string large = Path.Join(folder, "large.json");
            File.WriteAllBytes(large, new byte[64 * 1024 + 1]);
            Assert.Empty(OptionsFile.Read(large, true, faults));
            Told(faults, large, "limit is 65536");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static AgentOptions Load(IEnumerable<OptionSetting> settings, List<string> faults) => AgentOptionsLoader.Load(settings, () => Collectors, faults);

    private static void Told(List<string> faults, string begin, string right) => Assert.Contains(
        faults, f => f.StartsWith(begin, StringComparison.Ordinal) && f.Contains(right, StringComparison.Ordinal));
}
