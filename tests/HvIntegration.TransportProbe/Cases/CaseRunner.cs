using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Core;

namespace HvIntegration.TransportProbe.Cases;

/// <summary>Runs cases and prints a line for each.</summary>
internal static class CaseRunner
{
    /// <returns>Exit status: 0 when all passed.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<TransportCase> cases, TransportPlace place)
    {
        int failed = 0;
        foreach (var one in cases)
        {
            long started = Stopwatch.GetTimestamp();
            try
            {
                await one.RunWithinLimitAsync(place);
                Console.WriteLine($"PASS {one.Name} {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
            }
            catch (Exception e) when (e is CaseFailedException or IOException or TimeoutException or RpcException
                or SocketException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
            {
                failed++;
                Console.WriteLine($"FAIL {one.Name} {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }

        Console.WriteLine($"DONE {cases.Count - failed} {failed}");
        return failed == 0 ? 0 : 1;
    }
}
