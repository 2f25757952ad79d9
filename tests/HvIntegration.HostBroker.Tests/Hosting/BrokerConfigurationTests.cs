using HvIntegration.HostBroker.Tests.Offline;
using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Settings;
using Microsoft.Extensions.Logging;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>Settings that are wrong: what is said, and where.</summary>
public sealed class BrokerConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("{\"Source\": \"simulated\",\n\"Agent\": {\n\"HoldMs\": 900,\n\"DeadAfterMs\": 900}}", "line 2: unknown setting Agent; did you mean Agents?")]
    [InlineData("{\n  // longest wait\n  \"SourceTimeoutsMs\": 900\n}", "line 3: unknown setting SourceTimeoutsMs; did you mean SourceTimeoutMs?")]
    [InlineData("{\n  \"Agents\": {\n    \"HodlMs\": 900\n  }\n}", "line 3: unknown setting Agents:HodlMs; did you mean Agents:HoldMs?")]
    [InlineData("{\"Agents\": {\n\"HoldMilliseconds\": 900}}", "line 2: unknown setting Agents:HoldMilliseconds; did you mean Agents:HoldMs?")]
    [InlineData("{\"Agents\": {\n\"SizeMaxMiB\": 900}}", "line 2: unknown setting Agents:SizeMaxMiB; did you mean History:SizeMaxMiB?")]
    [InlineData("{\"Engine\": {\n\"Diagnosis\": {\n\"Limits\": {\n\"ReadyShares\": 0.2}}}}", "line 4: unknown setting Engine:Diagnosis:Limits:ReadyShares; did you mean Engine:Diagnosis:Limits:ReadyShare?")]
    [InlineData("{\"Engine\": {\"Diagnosis\": {\"PartitionLimits\": {\"web\": {\n\"ReadyShares\": 0.2}}}}}", "line 2: unknown setting Engine:Diagnosis:PartitionLimits:web:ReadyShares; did you mean Engine:Diagnosis:PartitionLimits:web:ReadyShare?")]
    [InlineData("{\"Agents:HodlMs\": 900}", "line 1: unknown setting Agents:HodlMs; did you mean Agents:HoldMs?")]
    [InlineData("{\"Colour\": 1}", "line 1: unknown setting Colour; valid settings: Agents, Api, ")]
    public void Load_FileWithAMisspeltName_NamesLineAndTheNearestSetting(string text, string expected)
    {
        string fault = Assert.Single(Faults(text));

        Assert.StartsWith($"{_file}, {expected}", fault, StringComparison.Ordinal);
        AssertPlain(fault);
    }

    [Theory]
    [InlineData("{\"Agents\": {\n\"HoldMs\": \"soon\"}}", "line 2: Agents:HoldMs is 'soon': use a whole number from ")]
    [InlineData("{\"Agents\": {\"HoldMs\":\n[5]}}", "line 2: Agents:HoldMs: use a whole number from 0 to 60000")]
    [InlineData("{\"Agents\": {\"HoldMs\":\n1.5}}", "line 1: Agents:HoldMs is '1.5': use a whole number from ")]
    [InlineData("{\"Agents\": {\"AllowUnprivilegedPorts\": \"perhaps\"}}", "line 1: Agents:AllowUnprivilegedPorts is 'perhaps': use true or false")]
    [InlineData("{\n\n\"LogLevel\": \"Loud\"}", "line 3: LogLevel is 'Loud': use Trace, Debug, Information, Warning, Error, Critical or None")]
    [InlineData("{\"Agents\": 5}", "line 1: Agents: use an object with settings, such as \"Agents\": { ")]
    [InlineData("{\"Agents\":\n[\"vsock://any\"]}", "line 2: Agents: use an object with settings, such as \"Agents\": { ")]
    [InlineData("{\"Agents\": {\"Listen\": \"vsock://any\"}}", "line 1: Agents:Listen: use a list, such as \"Listen\": [ ... ]")]
    [InlineData("{\"Agents\": {\"Listen\": [\n\"vsock://any\",\n{\"Address\": 5}]}}", "line 3: Agents:Listen:1: use a text")]
    [InlineData("{\"Agents\": {\"Listen\": {\n\"first\": \"vsock://any\"}}}", "line 2: Agents:Listen: use a list, such as \"Listen\": [ ... ]")]
    [InlineData("{\"Pdh\": {\"Partitions\": {\n\"web\": \"7\"}}}", "line 2: Pdh:Partitions:web is '7': use a GUID such as 11111111-2222-3333-4444-555555555555")]
    [InlineData("{\"Pdh\": {\"Partitions\": {\"web\": {\n\"Id\": \"7\"}}}}", "line 2: Pdh:Partitions:web: use a GUID such as ")]
    [InlineData("{\"Agents\": {\"HoldMs\": 5000},\n\"agents\": {\"holdms\": 900}}", "line 2: agents:holdms is set twice, first in ")]
    [InlineData("{\"Agents\": {\n\"ProcessTopN\": 900}}", "line 2: Agents:ProcessTopN is 900: use a value from 0 to ")]
    [InlineData("{\"Engine\": {\"Diagnosis\": {\n\"LeadMin\": 0}}}", "line 2: Engine:Diagnosis:LeadMin is 0: use a value from 1 to 100")]
    [InlineData("{\"Engine\": {\n\"Diagnosis\": \"fast\"}}", "line 2: Engine:Diagnosis: use an object with settings")]
    [InlineData("[]", "line 1: use an object such as")]
    [InlineData("{\n\"Source\": \"qemu\"\n\"Api\": 5}", "line 3: not valid JSON: ")]
    public void Load_FileWithAValueOfTheWrongForm_NamesLineSettingAndForm(string text, string expected)
    {
        string fault = Assert.Single(Faults(text));

        Assert.StartsWith($"{_file}, {expected}", fault, StringComparison.Ordinal);
        AssertPlain(fault);
    }

    [Fact]
    public void Load_FileThatIsNotThere_IsNamed()
    {
        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load("/nowhere/broker.json", []));

        Assert.Equal("/nowhere/broker.json: the file does not exist", refused.Message);
    }

    [Fact]
    public void Load_GoodFile_IsTakenInEveryForm()
    {
        File.WriteAllText(_file, """
            { // comments and a trailing comma are allowed
              "source": "simulated", "LogLevel": "debug", "Agents": { "Listen": [ "vsock://any", "unix:///run/a.sock" ], "AllowUnprivilegedPorts": "TRUE" }, "Api:StreamsMax": "12",
              "Engine": { "Diagnosis": { "LeadMin": 2.5, "PartitionLimits": { "web 1": { "ReadyShare": 0.25 } } } }, "Budgets": {}, "Api": { "TokenFile": null },
              "PdhCsv": { "Partitions": { "db": "8d6f3c1e-0000-4000-8000-000000000001" }, "DiskOwners": { "vms-db.vhdx": "db" } },
            }
            """);

        var options = BrokerConfiguration.Load(_file, [new("Agents:HoldMs", "900")]);

        Assert.Equal("simulated", options.Source);
        Assert.Equal(LogLevel.Debug, options.LogLevel);
        Assert.Equal(["vsock://any", "unix:///run/a.sock"], options.Agents.Listen);
        Assert.True(options.Agents.AllowUnprivilegedPorts);
        Assert.Equal(12, options.Api.StreamsMax);
        Assert.Equal(2.5, options.Engine.Diagnosis.LeadMin);
        Assert.Equal(0.25, options.Engine.Diagnosis.PartitionLimits["web 1"].ReadyShare);
        Assert.Equal("db", options.PdhCsv.DiskOwners["vms-db.vhdx"]);
        Assert.Equal(900, options.Agents.HoldMs);
    }

    [Theory]
    [InlineData("Engine:Foo", "1", "command line: unknown setting Engine:Foo; valid settings of Engine: Clock, Diagnosis, Timeline")]
    [InlineData("Engine:Timelines:GapSeconds", "6", "command line: unknown setting Engine:Timelines; did you mean --set Engine:Timeline:GapSeconds=VALUE?")]
    [InlineData("HoldMs", "6", "command line: unknown setting HoldMs; did you mean --set Agents:HoldMs=VALUE?")]
    [InlineData("Agents:Listen", "vsock://any", "command line: Agents:Listen: use a list, such as --set Agents:Listen:0=VALUE")]
    [InlineData("Agents:HoldMs", "soon", "command line: Agents:HoldMs is 'soon': use a whole number from ")]
    public void Load_CommandLineThatIsWrong_SaysWhatToWriteThere(string key, string value, string expected)
    {
        File.WriteAllText(_file, "{}");

        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(_file, [new(key, value)]));

        string fault = Assert.Single(refused.Faults);
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
        AssertPlain(fault);
    }

    [Fact]
    public async Task Broker_WrongSettingOnTheCommandLine_EndsWithStatusTwoAndTheNearestName()
    {
        var answer = await Diagnosed.RunAsync("broker", "--set", "Agents:HodlMs=5");
        var option = await Diagnosed.RunAsync("broker", "--Agents:HoldMs", "5");

        Assert.Equal(ExitStatus.Usage, answer.Status);
        Assert.Contains("command line: unknown setting Agents:HodlMs; did you mean --set Agents:HoldMs=VALUE?", answer.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Usage, option.Status);
        Assert.Contains("Use --set Agents:HoldMs=VALUE", option.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Agents:HodlMs", "5", "environment variable X: unknown setting Agents:HodlMs; did you mean HVI_BROKER__Agents__HoldMs?")]
    [InlineData("AGENTS:LISTEN", "vsock://any", "environment variable X: Agents:Listen: use a list, such as HVI_BROKER__Agents__Listen__0")]
    [InlineData("Engine:Clock", "5", "environment variable X: Engine:Clock: use an object with settings, such as HVI_BROKER__Engine__Clock__")]
    public void Take_EnvironmentVariableThatIsWrong_SaysWhichVariableIsRight(string key, string value, string expected)
    {
        var faults = new List<string>();

        var good = new SettingCheck(SettingNode.Of<BrokerOptions>(), BrokerConfiguration.EnvironmentPrefix)
            .Take([new GivenSetting(key, value, SettingPlace.Environment, "environment variable X")], faults);

        Assert.Empty(good);
        Assert.StartsWith(expected, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeveralFaultsOfAllKinds_AreSaidAtOnce()
    {
        var faults = Faults("{\"Agents\": {\"HodlMs\": 1, \"HandshakeMs\": \"x\"}, \"Api\": {\"Url\": \"http://10.0.0.1:1\"}}");

        Assert.Equal(3, faults.Count);
        Assert.Contains(faults, f => f.StartsWith($"{_file}, line 1: Api:Url", StringComparison.Ordinal));
    }

    private IReadOnlyList<string> Faults(string text)
    {
        File.WriteAllText(_file, text);
        return Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(_file, [])).Faults;
    }

    // No sentence of the configuration binder, no name of a class.
    private static void AssertPlain(string fault)
    {
        Assert.DoesNotContain("HvIntegration.", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("ErrorOnUnknown", fault, StringComparison.Ordinal);
    }
}
