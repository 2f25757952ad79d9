using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace HvIntegration.EndToEndTests;

/// <summary>A broker's REST API as a user's own program would read it.</summary>
internal sealed class BrokerApi(string url, string? tokenFile = null) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(url + "/"), Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Base address.</summary>
    public string Url => url;

    /// <summary>One answer; fails with the server's text when it is an error.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/" + path, UriKind.Relative));
        if (tokenFile is not null && File.Exists(tokenFile))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(tokenFile, TestContext.Current.CancellationToken)).Trim());
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The named VM's entry in the list; null while it is not there.</summary>
    public async Task<JsonElement?> FindVmAsync(string name)
    {
        foreach (var vm in (await GetAsync("vms")).GetProperty("vms").EnumerateArray())
        {
            if (vm.GetProperty("name").GetString() == name)
            {
                return vm;
            }
        }

        return null;
    }

    /// <summary>Waits until the VM's agent is live.</summary>
    public Task WaitLiveAsync(string vm, TimeSpan timeout) => Eventually.GetAsync(
        async () => await FindVmAsync(vm) is { } entry && entry.GetProperty("agent").GetString() == "live" ? "live" : null,
        timeout, $"agent of {vm} is live", async () => (await GetAsync("status")).ToString());

    /// <summary>Waits until a VM's verdict is this hypothesis, with numbers that the caller wants too, and gives the VM's answer of that second.</summary>
    public async Task<JsonElement> VerdictAsync(string vm, string hypothesis, TimeSpan timeout, Func<JsonElement, bool> also)
    {
        string text = await Eventually.GetAsync(
            async () =>
            {
                var answer = await GetAsync("vms/" + vm);
                return answer.GetProperty("verdict") is { ValueKind: JsonValueKind.Object } verdict
                    && verdict.GetProperty("hypothesis").GetString() == hypothesis && also(answer)
                    ? answer.ToString()
                    : null;
            },
            timeout, $"the verdict on {vm} is {hypothesis}", async () => (await GetAsync("vms/" + vm)).ToString());
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Newest second the engine closed; a broker that just started is given time to close its first.</summary>
    public async Task<long> SecondAsync() => long.Parse(
        await Eventually.GetAsync(
            async () => (await GetAsync("vms")).GetProperty("second").GetInt64() is > 0 and var second
                ? second.ToString(CultureInfo.InvariantCulture)
                : null,
            TimeSpan.FromSeconds(30), "the broker closes a second"),
        CultureInfo.InvariantCulture);

    /// <summary>One signal of a VM's newest second; null when it is missing.</summary>
    public static (double Value, double ErrorBar)? Signal(JsonElement vm, string id)
    {
        foreach (var signal in vm.GetProperty("signals").EnumerateArray())
        {
            if (signal.GetProperty("id").GetString() == id && signal.GetProperty("value").ValueKind == JsonValueKind.Number)
            {
                var bar = signal.GetProperty("errorBar");
                return (signal.GetProperty("value").GetDouble(), bar.ValueKind == JsonValueKind.Number ? bar.GetDouble() : double.NaN);
            }
        }

        return null;
    }

    /// <summary>Points of the first series of a metric, one a second, by second.</summary>
    public async Task<IReadOnlyDictionary<long, double?>> MetricAsync(string vm, string metric, long from, long to)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"vms/{vm}/history?metric={metric}&from={from}&to={to}&points=20000");
        var answer = await GetAsync(path);
        var points = new SortedDictionary<long, double?>();
        foreach (var series in answer.GetProperty("series").EnumerateArray().Take(1))
        {
            foreach (var point in series.GetProperty("points").EnumerateArray())
            {
                var value = point.GetProperty("value");
                points[point.GetProperty("second").GetInt64()] = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
            }
        }

        return points;
    }

    /// <summary>Seconds of the range in which history has no value of the metric.</summary>
    public async Task<IReadOnlyList<long>> MissingSecondsAsync(string vm, string metric, long from, long to)
    {
        var points = await MetricAsync(vm, metric, from, to + 1);
        var missing = new List<long>();
        for (long second = from; second <= to; second++)
        {
            if (!points.TryGetValue(second, out double? value) || value is null)
            {
                missing.Add(second);
            }
        }

        return missing;
    }

    /// <summary>Hypotheses that held in the range.</summary>
    public async Task<IReadOnlySet<string>> HypothesesAsync(string vm, long from, long to)
    {
        var answer = await GetAsync(string.Create(CultureInfo.InvariantCulture, $"vms/{vm}/verdicts?from={from}&to={to}"));
        return answer.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("hypothesis").GetString()!).ToHashSet();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
