using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace HvIntegration.DashboardTests;

/// <summary>What axe says of a page. Beside <see cref="WatchedPage"/>, because the end-to-end tests take that file and do not need axe.</summary>
internal static class Accessibility
{
    /// <summary>Asserts that axe finds nothing serious or critical on the page as it stands.</summary>
    /// <param name="page">The page.</param>
    public static async Task AssertAccessibleAsync(this WatchedPage page)
    {
        var found = await page.Page.RunAxe();
        string[] grave = [.. found.Violations.Where(v => v.Impact is "serious" or "critical").Select(Words)];
        Assert.True(grave.Length == 0, page.Page.Url + Environment.NewLine + string.Join(Environment.NewLine, grave));
    }

    private static string Words(AxeResultItem v) => $"{v.Impact} {v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(4).Select(n => n.Html + " " + string.Join(';', n.Any.Select(a => a.Message))))}";
}
