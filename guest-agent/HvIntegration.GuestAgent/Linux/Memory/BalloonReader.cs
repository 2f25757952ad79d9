using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Memory;

/// <summary>Finds how much memory the guest gave back through its balloon driver.</summary>
/// <remarks>
/// In this order, by what the kernel has: <c>/sys/kernel/debug/hv-balloon</c>, line <c>pages_ballooned</c> (hv_balloon since
/// 6.0, debugfs mounted); <c>Balloon:</c> of meminfo (6.17 and newer); <c>balloon_inflate</c> minus <c>balloon_deflate</c> of
/// vmstat (virtio_balloon). Kernels with none of them give no value.
/// </remarks>
internal sealed class BalloonReader(GuestRoot root) : IDisposable
{
    /// <summary>vmstat costs more than all else of the memory collector and a balloon moves slowly.</summary>
    private const int VmStatEvery = 5;

    /// <summary>Sources that are absent are looked for again once in this many reads: modules load late.</summary>
    private const int RetryEvery = 60;

    private readonly KernelFile _hyperV = new(root.Of("/sys/kernel/debug/hv-balloon"), 1024);
    private readonly KernelFile _vmStat = new(root.Of("/proc/vmstat"), 16 * 1024);
    private readonly KeyedNumbers _vmStatParsed = new("balloon_inflate", "balloon_deflate");
    private int _reads = -1;
    private bool _hasHyperV;
    private bool _hasVmStat = true;
    private long _fromVmStat;

    /// <summary>Ballooned memory in KiB.</summary>
    /// <param name="fromMemInfoKiB">The <c>Balloon:</c> value of meminfo, -1 when absent.</param>
    /// <param name="kibibytes">The value.</param>
    public bool TryRead(long fromMemInfoKiB, out long kibibytes)
    {
        _reads++;
        if ((_hasHyperV || _reads % RetryEvery == 0) && TryReadHyperV(out kibibytes))
        {
            return true;
        }

        if (fromMemInfoKiB >= 0)
        {
            kibibytes = fromMemInfoKiB;
            return true;
        }

        if (_hasVmStat && _reads % VmStatEvery == 0)
        {
            _hasVmStat = _vmStat.TryRead(out var text) && _vmStatParsed.Parse(text) == 2;
            _fromVmStat = Math.Max(0, _vmStatParsed.OrZero(0) - _vmStatParsed.OrZero(1)) * (Environment.SystemPageSize / 1024);
        }

        kibibytes = _fromVmStat;
        return _hasVmStat;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hyperV.Dispose();
        _vmStat.Dispose();
    }

    private bool TryReadHyperV(out long kibibytes)
    {
        // Lines are padded: "pages_ballooned      : 1234".
        _hasHyperV = false;
        kibibytes = 0;
        if (!_hyperV.TryReadOnce(out var text))
        {
            return false;
        }

        var start = text.IndexOf("pages_ballooned"u8);
        if (start < 0)
        {
            return false;
        }

        var rest = text[start..];
        var colon = rest.IndexOf((byte)':');
        if (colon < 0 || !new ByteCursor(rest[(colon + 1)..]).TryReadNumber(out var pages))
        {
            return false;
        }

        // Hyper-V counts pages of 4 KiB whatever the guest's page size is.
        _hasHyperV = true;
        kibibytes = pages > long.MaxValue / 4 ? long.MaxValue : pages * 4;
        return true;
    }
}
