using System.Diagnostics;
using HvIntegration.CounterSources.Qemu;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

/// <summary>A real VM: SeaBIOS boots a sector that reads the first disk sector again and again.</summary>
internal sealed class QemuProcess : IAsyncDisposable
{
    private const string Program = "qemu-system-x86_64";

    // xor ax,ax; mov es,ax; again: mov ax,0201h; mov bx,9000h; mov cx,1; mov dx,80h; int 13h; jmp again
    private static readonly byte[] BootCode =
        [0x31, 0xC0, 0x8E, 0xC0, 0xB8, 0x01, 0x02, 0xBB, 0x00, 0x90, 0xB9, 0x01, 0x00, 0xBA, 0x80, 0x00, 0xCD, 0x13, 0xEB, 0xF0];

    private readonly Process _process;

    private QemuProcess(Process process, string control)
    {
        _process = process;
        Control = control;
    }

    public int Id => _process.Id;

    /// <summary>Second monitor, for the test's own commands.</summary>
    public string Control { get; }

    public static void SkipWhereMissing()
    {
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Join(p, Program)));
        Assert.SkipUnless(OperatingSystem.IsLinux() && found, $"{Program} is not installed: apt-get install qemu-system-x86");
    }

    public static async Task<QemuProcess> StartAsync(string folder, string name, string? uuid, params string[] more)
    {
        string image = Path.Join(folder, name + ".img");
        byte[] disk = new byte[1 << 20];
        BootCode.CopyTo(disk, 0);
        disk[510] = 0x55;
        disk[511] = 0xAA;
        await File.WriteAllBytesAsync(image, disk, TestContext.Current.CancellationToken);
        string monitor = Path.Join(folder, name + ".qmp");
        string control = Path.Join(folder, name + ".ctl");
        var start = new ProcessStartInfo(Program) { RedirectStandardInput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-accel", "tcg", "-name", name + ",debug-threads=on", "-m", "32", "-nodefaults", "-display", "none", "-no-reboot",
            "-drive", $"file={image},format=raw,if=none,id=disk0,throttling.iops-total=200", "-device", "virtio-blk-pci,drive=disk0",
            "-qmp", $"unix:{monitor},server=on,wait=off", "-qmp", $"unix:{control},server=on,wait=off", .. more,
        ];
        foreach (string argument in uuid is null ? arguments : [.. arguments, "-uuid", uuid])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        long began = Stopwatch.GetTimestamp();
        while (!File.Exists(control))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(20))
            {
                Assert.Fail($"{Program} did not start: {(process.HasExited ? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "no socket in 20 s")}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return new QemuProcess(process, control);
    }

    public async Task CommandAsync(string command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var connection = await QmpConnection.OpenAsync(Control, limit.Token);
        try
        {
            await connection.ExecuteAsync([command], limit.Token);
        }
        catch (QmpException) when (command == "quit")
        {
            // It may be gone before its answer is.
        }
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }
}
