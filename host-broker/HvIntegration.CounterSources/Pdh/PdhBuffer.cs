using System.Runtime.InteropServices;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>Memory that PDH writes arrays into: grows when PDH says that it is too small, up to a bound.</summary>
internal sealed unsafe class PdhBuffer : IDisposable
{
    /// <summary>Most bytes of one array: more than 64 VPs of 1,024 VMs with the longest names need.</summary>
    public const uint BytesMax = 256 * 1024 * 1024;

    private const int TriesMax = 6;
    private const uint BytesAtStart = 64 * 1024;

    private void* _memory = NativeMemory.Alloc(BytesAtStart);
    private uint _capacity = BytesAtStart;

    /// <summary>One call that fills a buffer.</summary>
    /// <param name="size">In: bytes there are; out: bytes used or needed.</param>
    /// <param name="items">Items written.</param>
    /// <param name="memory">The buffer.</param>
    internal delegate uint Call(ref uint size, out uint items, void* memory);

    /// <summary>Start of the buffer; valid until the next <see cref="Fill"/>.</summary>
    public void* Memory => _memory;

    /// <summary>Calls until the buffer suffices. Instances may come between two calls, so one growth is not always enough.</summary>
    /// <returns>Status of the last call, and the items written.</returns>
    public (uint Status, int Items) Fill(Call call)
    {
        for (int i = 0; ; i++)
        {
            uint size = _capacity;
            uint status = call(ref size, out uint items, _memory);
            if (status is not (PdhStatus.MoreData or PdhStatus.InsufficientBuffer))
            {
                return (status, status == PdhStatus.ValidData ? checked((int)items) : 0);
            }

            if (i == TriesMax || size > BytesMax)
            {
                return (status, 0);
            }

            // A quarter more than asked: instances that come meanwhile need no further round.
            uint wanted = (uint)Math.Min(BytesMax, Math.Max((ulong)size + (size / 4), (ulong)_capacity + (_capacity / 4)));
            NativeMemory.Free(_memory);
            _memory = null;
            _memory = NativeMemory.Alloc(wanted);
            _capacity = wanted;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _capacity = 0;
    }
}
