namespace HvIntegration.CounterSources.Simulated;

/// <summary>A disk array that several VMs share: one queue, a service time, a most it can do.</summary>
/// <param name="name">Label.</param>
/// <param name="healthySeconds">Time of one operation on an idle store.</param>
/// <param name="operationsMax">Operations per second it can do.</param>
internal sealed class SimulatedStore(string name, double healthySeconds, double operationsMax)
{
    private const double SlowFactor = 60;

    /// <summary>The store's name, as disks name it.</summary>
    public string Name { get; } = name;

    /// <summary>Time of one operation now.</summary>
    public double OperationSeconds { get; private set; }

    /// <summary>Reads since the world began.</summary>
    public double Reads { get; private set; }

    /// <summary>Writes since the world began.</summary>
    public double Writes { get; private set; }

    /// <summary>Bytes read since the world began.</summary>
    public double ReadBytes { get; private set; }

    /// <summary>Bytes written since the world began.</summary>
    public double WriteBytes { get; private set; }

    /// <summary>Sum of read times.</summary>
    public double ReadSeconds { get; private set; }

    /// <summary>Sum of write times.</summary>
    public double WriteSeconds { get; private set; }

    /// <summary>Takes the load of all its VMs for one step: service time grows as the queue does.</summary>
    /// <param name="wanted">Operations per second wanted of it.</param>
    /// <param name="slow">The array is ill.</param>
    /// <param name="jitter">About 1.</param>
    public void Load(double wanted, bool slow, double jitter)
    {
        double use = Math.Min(0.9, wanted / operationsMax);
        OperationSeconds = healthySeconds * (slow ? SlowFactor : 1) * jitter / (1 - use);
    }

    /// <summary>Counts operations that the store has served.</summary>
    public void Serve(double reads, double writes, double bytesEach)
    {
        Reads += reads;
        Writes += writes;
        ReadBytes += reads * bytesEach;
        WriteBytes += writes * bytesEach;
        ReadSeconds += reads * OperationSeconds;
        WriteSeconds += writes * OperationSeconds;
    }
}
