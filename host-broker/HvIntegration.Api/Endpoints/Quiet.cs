namespace HvIntegration.Api.Endpoints;

/// <summary>Streams that end when nobody listens any more.</summary>
internal static class Quiet
{
    /// <summary>The same items; the end of the caller or of the broker is the end of the stream and no error.</summary>
    public static async IAsyncEnumerable<T> Ending<T>(IAsyncEnumerable<T> items)
    {
        await using var from = items.GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await from.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            yield return from.Current;
        }
    }
}
