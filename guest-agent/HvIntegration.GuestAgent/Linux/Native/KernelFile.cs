using System.Runtime.InteropServices;
using System.Text;
using HvIntegration.GuestAgent.Collection;

namespace HvIntegration.GuestAgent.Linux.Native;

/// <summary>A file of procfs or sysfs that stays open and is read from its start again and again.</summary>
/// <remarks>
/// procfs makes the text anew for each read at offset 0, so a kept descriptor saves the path walk and the allocations of an
/// open. The buffer belongs to this object: a text is valid until the next read. Not thread-safe.
/// </remarks>
internal sealed unsafe class KernelFile : IDisposable
{
    private readonly byte[] _nativePath;
    private readonly int _sizeMax;
    private byte[] _buffer;
    private int _descriptor = -1;
    private int _failureError;
    private string _failure = "";

    /// <summary>Names the file; nothing is opened before the first read.</summary>
    /// <param name="path">Path on the real file system.</param>
    /// <param name="sizeHint">Bytes of the first buffer; it doubles as needed.</param>
    /// <param name="sizeMax">Longest text, bytes; what is longer is cut at this length.</param>
    public KernelFile(string path, int sizeHint = 4096, int sizeMax = 1 << 20)
    {
        Path = path;
        _nativePath = Encoding.UTF8.GetBytes(path + "\0");
        _buffer = new byte[sizeHint];
        _sizeMax = sizeMax;
    }

    /// <summary>Path on the real file system.</summary>
    public string Path { get; }

    /// <summary>Error number of the last failed read, 0 after a good one.</summary>
    public int LastError { get; private set; }

    /// <summary>Why the last read failed, with the path; the same object as long as the cause is the same.</summary>
    public string Failure
    {
        get
        {
            if (_failureError != LastError || _failure.Length == 0)
            {
                _failureError = LastError;
                _failure = $"{Path}: {Marshal.GetPInvokeErrorMessage(LastError)}";
            }

            return _failure;
        }
    }

    /// <summary>The last failure as a result: absence is "unavailable", everything else "failed".</summary>
    public CollectOutcome FailureOutcome => IsAbsent ? CollectOutcome.Unavailable(Failure) : CollectOutcome.Failed(Failure);

    /// <summary>True when the last read failed because the kernel does not have the file.</summary>
    public bool IsAbsent => LastError is Libc.ErrorNoEntry or Libc.ErrorNotDirectory or Libc.ErrorNotSupported or Libc.ErrorNoDevice;

    /// <summary>Reads a file whose text the kernel gives in one piece (stat, meminfo, sysfs attributes).</summary>
    /// <remarks>Saves the second call that would only say "end of file".</remarks>
    public bool TryReadOnce(out ReadOnlySpan<byte> text)
    {
        while (TryReadAt(0, out var length))
        {
            if (length < _buffer.Length || !TryGrow())
            {
                text = _buffer.AsSpan(0, length);
                return true;
            }
        }

        text = default;
        return false;
    }

    /// <summary>Reads a file that comes in pieces of a page (diskstats, vmstat, net/dev) to its end.</summary>
    public bool TryRead(out ReadOnlySpan<byte> text)
    {
        var total = 0;
        while (true)
        {
            if (total == _buffer.Length && !TryGrow())
            {
                break;
            }

            if (!TryReadAt(total, out var length))
            {
                text = default;
                return false;
            }

            if (length == 0)
            {
                break;
            }

            total += length;
        }

        text = _buffer.AsSpan(0, total);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = Libc.Close(_descriptor);
            _descriptor = -1;
        }
    }

    private bool TryReadAt(int offset, out int length)
    {
        length = 0;
        if (_descriptor < 0)
        {
            // The path is a field of this object, zero-terminated, and pinned for the call.
            fixed (byte* path = _nativePath)
            {
                _descriptor = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking, 0);
            }

            if (_descriptor < 0)
            {
                LastError = Marshal.GetLastPInvokeError();
                return false;
            }
        }

        while (true)
        {
            nint read;
            // At most the rest of the buffer is asked for, so the kernel cannot write past it.
            fixed (byte* start = _buffer)
            {
                read = Libc.PRead(_descriptor, start + offset, (nuint)(_buffer.Length - offset), offset);
            }

            if (read >= 0)
            {
                LastError = 0;
                length = (int)read;
                return true;
            }

            LastError = Marshal.GetLastPInvokeError();
            if (LastError != Libc.ErrorInterrupted)
            {
                // The object behind the descriptor may be gone for good: the next read opens what is there then.
                Dispose();
                return false;
            }
        }
    }

    private bool TryGrow()
    {
        if (_buffer.Length >= _sizeMax)
        {
            return false;
        }

        Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, _sizeMax));
        return true;
    }
}
