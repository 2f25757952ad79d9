using System.Globalization;
using System.Runtime.InteropServices;
using HvIntegration.GuestAgent.Collection;

namespace HvIntegration.GuestAgent.Windows.Reading;

/// <summary>A collector whose calls this Windows may lack: a missing export or library is "unavailable", once and for all.</summary>
/// <param name="name">Stable name.</param>
/// <param name="schedule">When it is read.</param>
internal abstract class WindowsCollector(string name, CollectorSchedule schedule) : ICollector
{
    private CollectOutcome? _lacking;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public CollectorSchedule Schedule => schedule;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (_lacking is { } known)
        {
            return known;
        }

        try
        {
            return Read(series);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // An export does not appear while Windows runs; asking again would only cost.
            var lacking = CollectOutcome.Unavailable($"not supported on this Windows version: {e.Message}");
            _lacking = lacking;
            return lacking;
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Reads every value of the collector once.</summary>
    protected abstract CollectOutcome Read(CollectorSeries series);

    /// <summary>Outcome of an NTSTATUS: what Windows does not implement is unavailable, the rest failed.</summary>
    protected static CollectOutcome OfStatus(string call, int status) => unchecked((uint)status) switch
    {
        // STATUS_NOT_IMPLEMENTED, STATUS_INVALID_INFO_CLASS, STATUS_NOT_SUPPORTED.
        0xC0000002 or 0xC0000003 or 0xC00000BB => CollectOutcome.Unavailable($"not supported on this Windows version: {call}"),
        _ => CollectOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"{call} returned status 0x{status:X8}")),
    };

    /// <summary>Outcome of a Win32 error: what Windows does not implement is unavailable, the rest failed.</summary>
    protected static CollectOutcome OfError(string call, int error) => error switch
    {
        // ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED, ERROR_SERVICE_DISABLED.
        1 or 50 or 120 or 1058 => CollectOutcome.Unavailable($"{call}: {Marshal.GetPInvokeErrorMessage(error)}"),
        _ => CollectOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"{call}: error {error}: {Marshal.GetPInvokeErrorMessage(error)}")),
    };
}
