using HvIntegration.Model;
using Microsoft.Extensions.Options;

namespace HvIntegration.Ingest.Budgets;

/// <summary>Bounds what each VM has between the wire and history, in bytes. Thread-safe.</summary>
/// <remarks>
/// A VM that is over its bound is not read until its own data are committed: flow control then fills the agent's ring, which
/// keeps, drops and counts. Nothing of another VM waits for it. While history cannot be written a VM over its bound is
/// read on, so that the live view stays; its batches then are not kept, and its agent sends them again later.
/// </remarks>
internal sealed partial class InFlight
{
    private const long MiB = 1024 * 1024;
    private const int BatchBytes = 512;
    private const int SampleBytes = 40;
    private const int ProcessBytes = 192;

    private readonly Lock _gate = new();
    private readonly ILogger<InFlight> _logger;
    private readonly long _vmMax;
    private readonly long _totalMax;

    // Null while nobody waits, which is nearly always.
    private TaskCompletionSource? _room;
    private long _total;
    private int _occupied;
    private bool _historyFails;

    public InFlight(IOptions<BudgetOptions> options, ILogger<InFlight> logger)
        : this(options.Value.InFlightMiB * MiB, options.Value.InFlightTotalMiB * MiB, logger)
    {
    }

    /// <summary>Sets the limits for data that is not yet stored, in bytes.</summary>
    /// <param name="vmMax">Maximum bytes of one VM.</param>
    /// <param name="totalMax">Maximum bytes of all VMs.</param>
    /// <param name="logger">Told when a VM is held back.</param>
    internal InFlight(long vmMax, long totalMax, ILogger<InFlight> logger)
    {
        _vmMax = vmMax;
        _totalMax = totalMax;
        _logger = logger;
    }

    /// <summary>Bytes of all VMs.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Tells whether history can be written; who waits for room looks again.</summary>
    public bool HistoryFails
    {
        set
        {
            lock (_gate)
            {
                _historyFails = value;
                Wake();
            }
        }
    }

    /// <summary>Memory that a batch takes, near enough to bound it.</summary>
    public static long SizeOf(GuestBatch batch) => BatchBytes + ((long)batch.Samples.Count * SampleBytes) + ((long)batch.Processes.Count * ProcessBytes);

    /// <summary>Waits until the VM has room for these bytes, and takes it.</summary>
    /// <param name="vm">Name of the VM, for the log.</param>
    /// <param name="account">Account of the VM.</param>
    /// <param name="bytes">What is to come in.</param>
    /// <param name="cancellation">Cancels when the stream ends.</param>
    /// <returns>False when history cannot be written and there is no room: nothing was taken, the data cannot be kept.</returns>
    public async ValueTask<bool> EnterAsync(string vm, VmAccount account, long bytes, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (Fits(account, bytes))
                {
                    _occupied += account.InFlightBytes == 0 ? 1 : 0;
                    account.InFlightBytes += bytes;
                    _total += bytes;
                    return true;
                }

                if (_historyFails)
                {
                    return false;
                }

                if (!account.IsHeldBack)
                {
                    account.IsHeldBack = true;
                    account.Ledger.Count(LedgerEntry.HeldBack);
                    if (account.TryLog())
                    {
                        LogHeldBack(_logger, vm, account.InFlightBytes / MiB);
                    }
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellation);
        }
    }

    /// <summary>Gives room back: the data are in history, or nobody keeps them.</summary>
    public void Leave(VmAccount account, long bytes)
    {
        lock (_gate)
        {
            account.InFlightBytes -= bytes;
            _total -= bytes;
            _occupied -= account.InFlightBytes == 0 ? 1 : 0;
            if (account.InFlightBytes <= _vmMax / 2)
            {
                account.IsHeldBack = false;
            }

            Wake();
        }
    }

    // One batch always fits, or a VM whose batches are large could never send again.
    private bool Fits(VmAccount account, long bytes)
    {
        long after = account.InFlightBytes + bytes;
        return account.InFlightBytes == 0
            || (after <= _vmMax && !account.IsHeldBack && (_total + bytes <= _totalMax || after <= _totalMax / Math.Max(1, _occupied)));
    }

    private void Wake()
    {
        _room?.SetResult();
        _room = null;
    }

    [LoggerMessage(EventId = 2004, Level = LogLevel.Warning, Message = "VM {Vm} sends faster than its data can be stored ({Held} MiB waiting); reading its stream is paused until they are stored")]
    private static partial void LogHeldBack(ILogger logger, string vm, long held);
}
