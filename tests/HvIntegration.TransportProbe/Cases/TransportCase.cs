namespace HvIntegration.TransportProbe.Cases;

/// <summary>One thing every transport must do; run by the tests here and by the probe inside virtual machines.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="RunAsync">Throws <see cref="CaseFailedException"/> when the transport does not do it.</param>
public sealed record TransportCase(string Name, Func<TransportPlace, Task> RunAsync)
{
    /// <summary>Longest a case may take; machines emulated inside emulated machines are slow.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Everything, transport cases first.</summary>
    public static IReadOnlyList<TransportCase> All { get; } = [.. ConnectionCases.All, .. GrpcCases.All];

    /// <summary>Runs within the limit.</summary>
    public Task RunWithinLimitAsync(TransportPlace place) => RunAsync(place).WaitAsync(Limit);
}
