using System.Runtime.InteropServices;
using System.Text;
using HvIntegration.GuestAgent.Linux.Native;

namespace HvIntegration.GuestAgent.Linux.Processes;

/// <summary>Reads and hashes command lines on its own thread.</summary>
/// <remarks>
/// The kernel takes the process's memory lock to read <c>/proc/PID/cmdline</c>: a process that holds it through a long page
/// fault would stop the sampling thread. Requests and answers are bounded; a request that does not fit is refused and made
/// again later. The line itself is never kept.
/// </remarks>
internal sealed unsafe class CommandHasher : IDisposable
{
    private const int PendingMax = 256;
    private const int LineBytesMax = 4096;
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Request[] _requests = new Request[PendingMax];
    private readonly Answer[] _answers = new Answer[PendingMax];
    private readonly string _procPath;
    private int _requestHead;
    private int _requestCount;
    private int _answerCount;
    private int _inWork;
    private bool _started;
    private volatile bool _stopped;

    /// <summary>Makes a hasher; its thread starts with the first request.</summary>
    /// <param name="procPath">Path of procfs.</param>
    public CommandHasher(string procPath)
    {
        _procPath = procPath;
    }

    /// <summary>FNV-1a, 64 bits, of a command line as the kernel gives it (arguments end with a zero byte); 0 when empty.</summary>
    public static ulong Hash(ReadOnlySpan<byte> commandLine)
    {
        if (commandLine.IsEmpty)
        {
            return 0;
        }

        var hash = OffsetBasis;
        foreach (var value in commandLine)
        {
            hash = unchecked((hash ^ value) * Prime);
        }

        return hash;
    }

    /// <summary>Asks for a process's hash; false when too many requests wait.</summary>
    /// <param name="row">Given back with the answer.</param>
    /// <param name="pid">Process.</param>
    /// <param name="startTicks">Given back with the answer: the row may belong to another process by then.</param>
    public bool TryRequest(int row, int pid, long startTicks)
    {
        lock (_gate)
        {
            // Answers that nobody fetched count too, so that an answer always has room.
            if (_requestCount + _inWork + _answerCount >= PendingMax || _stopped)
            {
                return false;
            }

            _requests[(_requestHead + _requestCount++) % PendingMax] = new Request(row, pid, startTicks);
            if (!_started)
            {
                _started = true;
                new Thread(Run) { IsBackground = true, Name = "hvi-command-hash" }.Start();
            }
        }

        _wake.Release();
        return true;
    }

    /// <summary>Takes one finished look-up when there is one.</summary>
    public bool TryTake(out Answer answer)
    {
        lock (_gate)
        {
            answer = _answerCount > 0 ? _answers[--_answerCount] : default;
            return answer.Pid != 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        // The thread may sit in a read that does not end; it is a background thread and is not waited for, so the
        // semaphore stays usable and is left to the collector.
        _wake.Release();
    }

    private void Run()
    {
        var buffer = new byte[LineBytesMax];
        while (true)
        {
            _wake.Wait();
            if (_stopped)
            {
                return;
            }

            Request request;
            lock (_gate)
            {
                if (_requestCount == 0)
                {
                    continue;
                }

                request = _requests[_requestHead];
                _requestHead = (_requestHead + 1) % PendingMax;
                _requestCount--;
                _inWork = 1;
            }

            var hash = ReadAndHash(request.Pid, buffer);
            lock (_gate)
            {
                _inWork = 0;
                _answers[_answerCount++] = new Answer(request.Row, request.Pid, request.StartTicks, hash);
            }
        }
    }

    private ulong ReadAndHash(int pid, byte[] buffer)
    {
        var path = Encoding.UTF8.GetBytes($"{_procPath}/{pid}/cmdline\0");
        int descriptor;
        // Both arrays are pinned for their calls; the read asks for no more than the buffer holds.
        fixed (byte* pointer = path)
        {
            descriptor = Libc.Open(pointer, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking, 0);
        }

        if (descriptor < 0)
        {
            return 0;
        }

        nint length;
        fixed (byte* pointer = buffer)
        {
            length = Libc.PRead(descriptor, pointer, (nuint)buffer.Length, 0);
        }

        _ = Libc.Close(descriptor);
        return length > 0 ? Hash(buffer.AsSpan(0, (int)length)) : 0;
    }

    /// <summary>One finished look-up: the process it was for, and the hash of its command line.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Answer(int Row, int Pid, long StartTicks, ulong Hash);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Request(int Row, int Pid, long StartTicks);
}
