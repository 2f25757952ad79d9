using System.Text.Json;

namespace HvIntegration.DashboardTests;

/// <summary>Pages that stay open while something happens to their broker, and what their marks said at each moment.</summary>
/// <param name="onRealClock">The broker's seconds are those of this machine.</param>
internal sealed class OpenPages(bool onRealClock = true) : IAsyncDisposable
{
    private const double SlackSeconds = 0.7;
    private static readonly TimeSpan BackMax = TimeSpan.FromSeconds(60);

    // In the browser, beside the product: since when the shown second is what it is.
    private const string Recorder = """
        (() => {
          window.hviTest = { word: null, at: performance.now() };
          setInterval(() => {
            const word = document.querySelector('header hvi-age')?.getAttribute('shown')?.split(' ')[0] ?? null;
            if (word !== window.hviTest.word) window.hviTest = { word, at: performance.now() };
            const lost = document.getElementById('components-reconnect-modal');
            const words = lost && getComputedStyle(lost).display !== 'none' ? lost.innerText.split('\n')[0] : '';
            const heard = JSON.parse(sessionStorage.getItem('hviTest') ?? '[]');
            if (words && !heard.includes(words)) sessionStorage.setItem('hviTest', JSON.stringify([...heard, words]));
          }, 20);
        })();
        """;

    private const string Reading = """
        () => {
          const mark = document.querySelector('header hvi-age');
          const bar = document.querySelector('.live-mark');
          const stack = document.querySelector('.stack');
          const word = mark?.getAttribute('shown')?.split(' ') ?? [];
          // The recorder may not have looked since a newer second came: a busy browser delays its timers.
          if ((word[0] ?? null) !== window.hviTest.word) window.hviTest = { word: word[0] ?? null, at: performance.now() };
          const lost = document.getElementById('components-reconnect-modal');
          return JSON.stringify({
            state: mark?.dataset.state ?? 'none', words: mark?.innerText.split('\n')[0] ?? '', bar: bar ? bar.dataset.state : null,
            second: Number(word[0] ?? 0), every: Number(word[3] ?? 1),
            silence: (performance.now() - window.hviTest.at) / 1000, old: Date.now() / 1000 - Number(word[0] ?? 0) - 1,
            overlay: lost && getComputedStyle(lost).display !== 'none' ? lost.innerText : '',
            points: Number(stack?.dataset.points ?? 0), newest: Number(stack?.dataset.newest ?? 0), holes: Number(stack?.dataset.holes ?? 0),
          });
        }
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Dictionary<string, WatchedPage> _pages = [];
    private readonly List<string> _lies = [];
    private readonly Dictionary<string, HashSet<string>> _states = [];

    /// <summary>One page.</summary>
    public WatchedPage this[string name] => _pages[name];

    /// <summary>Names.</summary>
    public IEnumerable<string> Names => _pages.Keys;

    /// <summary>Opens a page and waits until it is live.</summary>
    public async Task OpenAsync(Browser browser, string name, string url)
    {
        var page = await browser.OpenAsync();
        _pages[name] = page;
        await page.Page.AddInitScriptAsync(Recorder);
        await page.GoAsync(url);
    }

    /// <summary>What every page shows now; noted, with each thing that is not true.</summary>
    public async Task<Dictionary<string, Sample>> LookAsync()
    {
        var found = new Dictionary<string, Sample>();
        foreach (var (name, page) in _pages)
        {
            if (await ReadAsync(page) is not { } sample)
            {
                continue;
            }

            found[name] = sample;
            Note(_states, name, sample.State);
            double slow = sample.Every - 1;
            string said = $"{name}: '{sample.Words}' ({sample.State}, bar {sample.Bar}) {sample.Silence:0.0} s after second {sample.Second}, which is {sample.Old:0.0} s old";
            if (sample.Silence > 3 + slow + SlackSeconds && sample.Second > 0 && (sample.State == "live" || sample.Bar == "live"))
            {
                _lies.Add(said);
            }

            if (onRealClock && sample.Second > 0 && (sample.State == "live" || sample.Bar == "live") && sample.Old > 10)
            {
                _lies.Add(said);
            }

            if (sample.Silence > 10 + slow + SlackSeconds && sample.Second > 0 && (sample.State != "stale" || sample.Bar is not (null or "stale")))
            {
                _lies.Add(said);
            }

            if (sample.Silence > 4 + slow && sample.State is "late" or "stale" && int.Parse(sample.Words.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) < sample.Silence - 1.5 - SlackSeconds)
            {
                _lies.Add(said);
            }
        }

        return found;
    }

    /// <summary>Looks again and again.</summary>
    public async Task WatchAsync(TimeSpan time)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < time)
        {
            await LookAsync();
            await Task.Delay(150, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until all pages, or one, show what is asked for; says how long each took.</summary>
    public async Task UntilAsync(Func<Sample, bool> holds, string what, string? only = null)
    {
        long began = TimeProvider.System.GetTimestamp();
        var waiting = (only is null ? _pages.Keys : (IEnumerable<string>)[only]).ToHashSet();
        while (waiting.Count > 0)
        {
            var now = await LookAsync();
            foreach (string name in waiting.Where(n => now.TryGetValue(n, out var s) && holds(s)).ToList())
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {name} after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
                waiting.Remove(name);
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(began) < BackMax,
                $"{what} never came on {string.Join(", ", waiting.Select(n => $"{n} {now.GetValueOrDefault(n)}"))}");
            await Task.Delay(150, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asserts that nothing untrue was seen so far, and that every page was seen in these states since this was last asked.</summary>
    public void AssertTrue(params string[] states)
    {
        Assert.True(_lies.Count == 0, $"{_lies.Count} untrue marks:{Environment.NewLine}{string.Join(Environment.NewLine, _lies.Take(20))}");
        Assert.All(_pages.Keys, name => Assert.All(states, state => Assert.Contains(state, _states[name])));
        _states.Clear();
    }

    /// <summary>First lines of what the overlay of a page said, in order.</summary>
    public Task<string[]> OverlaysAsync(string name) => _pages[name].Page.EvaluateAsync<string[]>("() => JSON.parse(sessionStorage.getItem('hviTest') ?? '[]')");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages.Values)
        {
            await page.DisposeAsync();
        }
    }

    private static void Note(Dictionary<string, HashSet<string>> notes, string name, string value)
    {
        if (!notes.TryGetValue(name, out var values))
        {
            notes[name] = values = [];
        }

        values.Add(value);
    }

    private static async Task<Sample?> ReadAsync(WatchedPage page)
    {
        try
        {
            return JsonSerializer.Deserialize<Sample>(await page.Page.EvaluateAsync<string>(Reading), Json);
        }
        catch (Microsoft.Playwright.PlaywrightException)
        {
            // It is being loaded again.
            return null;
        }
    }

    /// <summary>One look at one page.</summary>
    /// <param name="State">Of the mark in the head line.</param>
    /// <param name="Words">Of it.</param>
    /// <param name="Bar">State of the mark over the charts; null where there is none.</param>
    /// <param name="Second">Second that the page says it shows.</param>
    /// <param name="Every">Seconds between two updates of the page.</param>
    /// <param name="Silence">Seconds since that second became another.</param>
    /// <param name="Old">Seconds since that second was over.</param>
    /// <param name="Overlay">Words of the overlay; empty while it is away.</param>
    /// <param name="Points">Points of the chart.</param>
    /// <param name="Newest">Newest of them.</param>
    /// <param name="Holes">Places where one is missing between two.</param>
    internal sealed record Sample(
        string State, string Words, string? Bar, long Second, int Every, double Silence, double Old, string Overlay, int Points, long Newest, int Holes);
}
