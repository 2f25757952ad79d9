using System.Text;

namespace HvIntegration.Broker.Queries;

/// <summary>Pages by the key of the last item: what comes and goes between two pages makes nobody else be skipped or shown twice.</summary>
internal static class Paging
{
    /// <summary>Items of a page when the caller names no number.</summary>
    public const int LimitDefault = 1_000;

    /// <summary>Most items of a page.</summary>
    public const int LimitMax = 5_000;

    private const int CursorMax = 1_024;

    /// <summary>Reads a cursor; null when there was none.</summary>
    /// <exception cref="BadHttpRequestException">It is none of ours.</exception>
    public static string? Key(string? after)
    {
        if (after is null)
        {
            return null;
        }

        var bytes = new byte[CursorMax];
        return after.Length <= CursorMax && Convert.TryFromBase64String(Padded(after), bytes, out int written)
            ? Encoding.UTF8.GetString(bytes, 0, written)
            : throw new BadHttpRequestException("after is not a cursor of this API; use 'next' of the previous page without changes.");
    }

    /// <summary>Checks that a page limit is in its range.</summary>
    /// <exception cref="BadHttpRequestException">Out of range.</exception>
    public static int Limit(int limit) =>
        limit is >= 1 and <= LimitMax ? limit : throw new BadHttpRequestException($"limit is {limit}; it must be from 1 to {LimitMax}.");

    /// <summary>One page of a list that is in order of its keys.</summary>
    /// <param name="items">All of them, in order.</param>
    /// <param name="key">Key of an item; unique.</param>
    /// <param name="isAfter">True when the first key comes after the second in the list's order.</param>
    /// <param name="after">Key of the last item of the page before; null for the first page.</param>
    /// <param name="limit">Maximum number of items.</param>
    /// <returns>The page and the cursor of the next one; null when it is the last.</returns>
    public static (IReadOnlyList<T> Page, string? Next) Page<T>(
        IEnumerable<T> items, Func<T, string> key, Func<string, string, bool> isAfter, string? after, int limit)
    {
        var page = items.Where(i => after is null || isAfter(key(i), after)).Take(limit + 1).ToList();
        if (page.Count <= limit)
        {
            return (page, null);
        }

        page.RemoveAt(limit);
        return (page, Cursor(key(page[^1])));
    }

    private static string Cursor(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Padded(string cursor) => cursor.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (cursor.Length % 4)) % 4);
}
