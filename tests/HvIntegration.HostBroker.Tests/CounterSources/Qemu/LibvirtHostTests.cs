using System.Diagnostics;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Qemu;
using HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

/// <summary>The source beside a real libvirt daemon with a VM that it started (TCG), whose definition has no monitor for hvi.</summary>
public sealed class LibvirtHostTests : IAsyncDisposable
{
    private const string Uuid = "3c0de1f2-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
    private const string Name = "hvi-test-managed";
    private static readonly Guid Id = Guid.Parse(Uuid);

    // libvirt probes QEMU before the first VM, and waits for the end of the probe: some 35 s where process 1 reaps late.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _daemons = [];

    public async ValueTask DisposeAsync()
    {
        if (_daemons.Count > 0)
        {
            await VirshAsync("destroy", Name);
        }

        foreach (var daemon in _daemons)
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit, CancellationToken.None);
            daemon.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Read_VmThatLibvirtStarted_HasRunTimeAndStateFromItsFiles()
    {
        await StartDaemonAsync();
        string definition = _folder.File("vm.xml", $"""
            <domain type='qemu'><name>{Name}</name><uuid>{Uuid}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
            <os><type arch='x86_64' machine='pc'>hvm</type></os><seclabel type='none'/>
            <devices><memballoon model='none'/><controller type='usb' model='none'/></devices></domain>
            """);
        var (started, text) = await VirshAsync("create", definition);
        Assert.SkipUnless(started == 0, "libvirt cannot start a VM here: " + text);
        await using var source = new QemuCounterSource(
            new QemuOptions { SocketFolder = Path.Join(_folder.Path, "none"), RefreshSeconds = 1 }, TimeProvider.System);

        var first = await UntilAsync(source, r => Run(r) > 0);
        var second = await UntilAsync(source, r => Run(r) > Run(first));
        await VirshAsync("suspend", Name);
        var paused = await UntilAsync(source, r => Vm(r)?.State == PartitionState.Paused);
        await VirshAsync("destroy", Name);
        var gone = await UntilAsync(source, r => Vm(r) is null);

        Assert.Equal((Name, PartitionState.Running, 1, 32 << 20), (Vm(second)!.Name, Vm(second)!.State, Vm(second)!.VirtualProcessors, Vm(second)!.MemoryMaximumBytes));
        Assert.Empty(second.Faults);
        Assert.NotNull(Vm(paused));
        Assert.DoesNotContain(gone.Samples, s => s.Partition == Id);
    }

    private static PartitionInfo? Vm(CounterReading reading) => reading.Partitions.FirstOrDefault(p => p.Id == Id);

    private static double Run(CounterReading reading) =>
        reading.Samples.Where(s => s.Partition == Id && s.Series.MetricId == HostMetrics.VpRunTime.Id).Select(s => s.Value).DefaultIfEmpty(0).Last();

    private async Task StartDaemonAsync()
    {
        bool installed = new[] { "/usr/sbin/libvirtd", "/usr/sbin/virtlogd", "/usr/bin/virsh", "/usr/bin/qemu-system-x86_64" }.All(File.Exists);
        Assert.SkipUnless(OperatingSystem.IsLinux() && installed, "libvirt is not installed: apt-get install libvirt-daemon-system libvirt-clients qemu-system-x86");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "starting libvirtd needs root");
        Assert.SkipWhen(File.Exists("/run/libvirt/libvirt-sock") && (await VirshAsync("version")).Status == 0, "a libvirt daemon of this machine runs already; the test starts its own");

        // The log daemon takes over what QEMU prints.
        _ = Start("/usr/sbin/virtlogd");
        var (daemon, log) = Start("/usr/sbin/libvirtd");
        long began = Stopwatch.GetTimestamp();
        while ((await VirshAsync("version")).Status != 0)
        {
            Assert.SkipWhen(daemon.HasExited, $"libvirtd does not start here: {(daemon.HasExited ? await log : string.Empty)}");
            Assert.SkipWhen(Stopwatch.GetElapsedTime(began) > Limit, $"libvirtd did not answer within {Limit.TotalSeconds} s");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private (Process Daemon, Task<string> Log) Start(string program)
    {
        var daemon = Process.Start(new ProcessStartInfo(program) { RedirectStandardError = true })!;
        _daemons.Add(daemon);
        return (daemon, daemon.StandardError.ReadToEndAsync(CancellationToken.None));
    }

    private static async Task<(int Status, string Text)> VirshAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/virsh") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-q", "-c", "qemu:///system", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        string errors = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit, CancellationToken.None);
        return (process.ExitCode, (await output + errors).Trim());
    }

    private static async Task<CounterReading> UntilAsync(QemuCounterSource source, Func<CounterReading, bool> reached)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            var reading = await source.ReadAsync(Stopwatch.GetElapsedTime(began).Ticks * 100, TestContext.Current.CancellationToken);
            if (reached(reading))
            {
                return reading;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Limit, "not reached: " + string.Join("; ", reading.Faults));
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }
    }
}
