using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>Memory outside the managed heap that a system call fills; kept between calls, grown up to a bound.</summary>
/// <remarks>
/// It does not move, so that pointers which the system writes into it (names of processes and services) stay comparable with
/// <see cref="Address"/>. The owner disposes it; not thread-safe.
/// </remarks>
/// <param name="bytes">Size at the start.</param>
/// <param name="bytesMax">Bound.</param>
internal sealed unsafe class NativeBuffer(int bytes, int bytesMax) : IDisposable
{
    private byte* _start = (byte*)NativeMemory.AllocZeroed((nuint)bytes);

    /// <summary>Size of the buffer now, bytes.</summary>
    public int Length { get; private set; } = bytes;

    /// <summary>First byte of the buffer; moves when it grows.</summary>
    public void* Pointer => _start;

    /// <summary>First byte as a number, to compare with pointers in the content.</summary>
    public ulong Address => (ulong)_start;

    /// <summary>The first <paramref name="length"/> bytes, cut to what there is.</summary>
    public ReadOnlySpan<byte> Content(int length) => new(_start, Math.Clamp(length, 0, Length));

    /// <summary>Makes room for <paramref name="needed"/> bytes and some more; the content is lost.</summary>
    /// <returns>False when that is more than the bound; then nothing changes.</returns>
    public bool TryGrow(long needed)
    {
        if (needed > bytesMax)
        {
            return false;
        }

        if (needed > Length)
        {
            // A quarter more: what is counted (processes, connections) grows between two calls.
            int size = (int)Math.Min(needed + (needed / 4), bytesMax);
            NativeMemory.Free(_start);
            _start = null;
            _start = (byte*)NativeMemory.AllocZeroed((nuint)size);
            Length = size;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        Length = 0;
    }
}
