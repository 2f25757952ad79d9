using HvIntegration.Engine.Options;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>Derives the signals of one second: first those of the host, then those of each VM, which take over what all VMs share.</summary>
/// <param name="tracks">What was measured.</param>
/// <param name="keptSeconds">Seconds of the host's signals that are kept.</param>
internal sealed class SignalDeriver(HostTracks tracks, int keptSeconds)
{
    private readonly SignalFrame _hostFrame = new();
    private readonly CpuSignals _cpu = new();

    /// <summary>Signals of the host itself, by host second.</summary>
    public SignalHistory HostHistory { get; } = new(keptSeconds);

    /// <summary>Derives the host's signals of a second; <see cref="DeriveVm"/> reads them until the next call.</summary>
    public void DeriveHost(long second)
    {
        var assigned = double.NaN;
        foreach (var vm in tracks.All)
        {
            var one = vm.Host.Single(HostMetrics.MemoryAssigned)?.At(second) ?? double.NaN;
            assigned = double.IsNaN(assigned) ? one : double.IsNaN(one) ? assigned : assigned + one;
        }

        _hostFrame.Clear(words: true);
        HostSignals.Derive(tracks.Root, second, assigned, _hostFrame);
    }

    /// <summary>Keeps the host's signals that were derived last.</summary>
    /// <param name="second">Their second.</param>
    /// <param name="detail">Keep error bars and instances too.</param>
    public void KeepHost(long second, bool detail) => HostHistory.Write(second, _hostFrame, detail);

    /// <summary>Derives the signals of a VM into its frame.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="second">The second of the last <see cref="DeriveHost"/>.</param>
    /// <param name="limits">Limits of this VM.</param>
    /// <param name="words">Also name the source of each signal, or why it is missing.</param>
    public void DeriveVm(PartitionTracks vm, long second, SignalLimits limits, bool words)
    {
        var frame = vm.Frame;
        frame.Clear(words);
        frame.Copy(_hostFrame, HostSignals.Shared);
        var input = new SignalInput(vm, tracks.Root, second, limits);
        _cpu.Derive(input, frame);
        MemorySignals.Derive(input, frame);
        DiskSignals.Derive(input, frame);
        NetworkSignals.Derive(input, frame);
        PathSignals.Derive(input, frame);
    }
}
