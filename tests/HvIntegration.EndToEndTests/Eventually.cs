using System.Diagnostics;

namespace HvIntegration.EndToEndTests;

/// <summary>Waits for something that other processes bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    /// <summary>Asks until the answer is there.</summary>
    /// <param name="ask">Null: not yet.</param>
    /// <param name="timeout">Then the test fails with <paramref name="what"/> and the newest <paramref name="state"/>.</param>
    /// <param name="what">What was waited for.</param>
    /// <param name="state">Tells where things stand.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> ask, TimeSpan timeout, string what, Func<Task<string>>? state = null)
        where T : class
    {
        var waited = Stopwatch.StartNew();
        Exception? newest = null;
        while (waited.Elapsed < timeout)
        {
            try
            {
                if (await ask() is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                newest = e;
            }

            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }

        string end = state is null ? "" : await TellAsync(state);
        Assert.Fail($"{what}: not within {timeout}. {newest?.Message}\n{end}");
        throw new UnreachableException();
    }

    private static async Task<string> TellAsync(Func<Task<string>> state)
    {
        try
        {
            return await state();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return e.Message;
        }
    }
}
