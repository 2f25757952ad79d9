namespace HvIntegration.CounterSources.HyperV;

/// <summary>All processes of the host at one moment. Windows makes a list of all processes and threads for any of them, so it is asked once.</summary>
public interface IProcessSnapshot : IDisposable
{
    /// <summary>Takes one snapshot of all processes.</summary>
    /// <param name="ids">Processes to report.</param>
    /// <param name="program">File name of a program whose processes are reported too.</param>
    /// <returns>Processes by number, then those of the program; processes that are gone are missing.</returns>
    (IReadOnlyDictionary<int, HostProcessUse> ById, IReadOnlyList<HostProcessUse> OfProgram) Take(IReadOnlySet<int> ids, string program);
}
