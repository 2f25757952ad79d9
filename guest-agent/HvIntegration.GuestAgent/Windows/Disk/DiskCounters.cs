using HvIntegration.GuestAgent.Windows.Counters;
using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary>Raw values of the counter set <c>PhysicalDisk</c>: they are the fields of DISK_PERFORMANCE, one counter for each.</summary>
/// <remarks>
/// The times are precision timers of 100 ns, so their raw value is the sum that the partition manager holds, and their base is the time of the
/// read. Source: the types of these counters in winperf.h. The query stays open: counting goes on while it is.
/// </remarks>
internal sealed class DiskCounters : IDiskCounters
{
    private const int RetryEvery = 60;
    private const int DisksMax = 64;

    private static readonly string[] Counters =
    [
        "Disk Read Bytes/sec", "Disk Write Bytes/sec", "% Disk Read Time", "% Disk Write Time", "% Idle Time", "Disk Reads/sec", "Disk Writes/sec", "Current Disk Queue Length",
    ];

    private readonly nint[] _counters = new nint[Counters.Length];
    private readonly NativeBuffer _buffer = new(16 * 1024, 1024 * 1024);
    private nint _query;
    private int _wait;
    private uint _status;

    /// <inheritdoc/>
    public uint Read(Dictionary<int, DiskPerformance> disks)
    {
        disks.Clear();
        if (_query == 0 && !TryOpen())
        {
            return _status;
        }

        uint status = Pdh.PdhCollectQueryData(_query);
        for (var counter = 0; status == 0 && counter < Counters.Length; counter++)
        {
            status = Pdh.ReadRawArray(_counters[counter], _buffer, out int count);
            ReadOnlySpan<byte> content = _buffer.Content(_buffer.Length);
            for (var index = 0; status == 0 && index < count; index++)
            {
                if (CounterItem.TryParseRaw(content, _buffer.Address, index, out var name, out long first, out long second)
                    && NumberOf(name) is { } disk && (disks.Count < DisksMax || disks.ContainsKey(disk)))
                {
                    disks[disk] = With(disks.GetValueOrDefault(disk), counter, first, second);
                }
            }
        }

        return status;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _buffer.Dispose();
    }

    /// <summary>Number of the disk in an instance such as <c>0 C: D:</c>; null for <c>_Total</c>.</summary>
    internal static int? NumberOf(ReadOnlySpan<char> instance)
    {
        int end = instance.IndexOf(' ');
        ReadOnlySpan<char> digits = end < 0 ? instance : instance[..end];
        return int.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    /// <summary>The values of a disk with one more counter in its field.</summary>
    /// <param name="values">So far.</param>
    /// <param name="counter">Place in the list of counters.</param>
    /// <param name="first">Raw value.</param>
    /// <param name="second">Its base.</param>
    internal static DiskPerformance With(DiskPerformance values, int counter, long first, long second)
    {
        switch (counter)
        {
            case 0:
                values.BytesRead = first;
                break;
            case 1:
                values.BytesWritten = first;
                break;
            case 2:
                values.ReadTime = first;
                break;
            case 3:
                values.WriteTime = first;
                break;
            case 4:
                values.IdleTime = first;
                values.QueryTime = second;
                break;
            case 5:
                values.ReadCount = unchecked((uint)first);
                break;
            case 6:
                values.WriteCount = unchecked((uint)first);
                break;
            default:
                values.QueueDepth = unchecked((uint)first);
                break;
        }

        return values;
    }

    private bool TryOpen()
    {
        if (_wait-- > 0)
        {
            return false;
        }

        _wait = RetryEvery;
        _status = Pdh.Open(out _query);
        for (var counter = 0; _status == 0 && counter < Counters.Length; counter++)
        {
            _status = Pdh.Add(_query, $@"\PhysicalDisk(*)\{Counters[counter]}", out _counters[counter]);
        }

        if (_status == 0)
        {
            return true;
        }

        Close();
        return false;
    }

    private void Close()
    {
        if (_query != 0)
        {
            _ = Pdh.PdhCloseQuery(_query);
            _query = 0;
        }
    }
}
