using HvIntegration.GuestAgent.Collection;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>A thread for one source whose read may hang in the kernel.</summary>
/// <remarks>
/// The sampling thread begins a read, looks later whether it is finished, takes the values and releases the lane.
/// Between <see cref="TryBegin"/> and the finish the values belong to the lane's thread, after it to the sampling
/// thread. A read that never returns costs one thread and nothing else.
/// </remarks>
internal sealed class ReadLane : IDisposable
{
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Finished = 2;
    private readonly Func<CollectOutcome> _read;
    private readonly IGuestClock _clock;
    private readonly Action? _afterRead;
    private readonly AutoResetEvent _go = new(false);
    private readonly AutoResetEvent _done = new(false);
    private int _state = Idle;
    private volatile bool _stop;

    /// <summary>Starts the thread, which waits.</summary>
    /// <param name="name">Thread name, for tools.</param>
    /// <param name="read">Reads once; must not throw.</param>
    /// <param name="clock">Clock of the stamps.</param>
    /// <param name="threadStarted">Called first on the thread, for its priority; may be null.</param>
    /// <param name="afterRead">Called on the thread after each finish; may be null, must not throw.</param>
    public ReadLane(string name, Func<CollectOutcome> read, IGuestClock clock, Action? threadStarted, Action? afterRead)
    {
        _read = read;
        _clock = clock;
        _afterRead = afterRead;
        var thread = new Thread(() => Run(threadStarted), 256 * 1024) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>True when a finished read waits to be taken.</summary>
    public bool IsFinished => Volatile.Read(ref _state) == Finished;

    /// <summary>True while a read is under way.</summary>
    public bool IsReading => Volatile.Read(ref _state) == Reading;

    /// <summary>Result of the finished read.</summary>
    public CollectOutcome Outcome { get; private set; }

    /// <summary>Monotonic start of the read that is under way or finished.</summary>
    public long StartNs { get; private set; }

    /// <summary>Monotonic end of the finished read.</summary>
    public long EndNs { get; private set; }

    /// <summary>Begins a read unless one is under way or waits to be taken.</summary>
    public bool TryBegin()
    {
        if (Volatile.Read(ref _state) != Idle)
        {
            return false;
        }

        StartNs = _clock.MonotonicNs;
        Volatile.Write(ref _state, Reading);
        _go.Set();
        return true;
    }

    /// <summary>Waits for the read under way.</summary>
    /// <returns>True when it is finished.</returns>
    public bool WaitFinished(int timeoutMs)
    {
        while (IsReading)
        {
            if (!_done.WaitOne(timeoutMs))
            {
                break;
            }
        }

        return IsFinished;
    }

    /// <summary>Gives the values back to the lane, for the next read.</summary>
    public void Release() => Volatile.Write(ref _state, Idle);

    /// <summary>Asks the thread to end; a read that hangs is left to the process's end.</summary>
    public void Dispose()
    {
        _stop = true;
        _go.Set();
    }

    private void Run(Action? threadStarted)
    {
        threadStarted?.Invoke();
        while (true)
        {
            _go.WaitOne();
            if (_stop)
            {
                return;
            }

            StartNs = _clock.MonotonicNs;
            Outcome = _read();
            EndNs = _clock.MonotonicNs;
            Volatile.Write(ref _state, Finished);
            _done.Set();
            _afterRead?.Invoke();
        }
    }
}
