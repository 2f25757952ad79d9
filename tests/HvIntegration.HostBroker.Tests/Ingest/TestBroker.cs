using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Model;
using HvIntegration.History.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>The whole broker in this process: real listeners, real store, a host of two VMs.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly bool _ownsFolder;
    private readonly HistoryStore _history;

    private TestBroker(WebApplication app, string folder, bool ownsFolder, HistoryStore history, FillingDisk disk, ScriptedSource source)
    {
        _app = app;
        _history = history;
        _ownsFolder = ownsFolder;
        Folder = folder;
        Disk = disk;
        Source = source;
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.Contains("//127.", StringComparison.Ordinal));
        Client = new ApiClient(Url);
    }

    public static PartitionInfo Web { get; } = new(new Guid("11111111-0000-4000-8000-000000000001"), "web-01", PartitionState.Running, 1, null, null, null);

    public static PartitionInfo Batch { get; } = new(new Guid("11111111-0000-4000-8000-000000000002"), "batch-02", PartitionState.Running, 1, null, null, null);

    public string Folder { get; }

    public string Url { get; }

    public FillingDisk Disk { get; }

    public ScriptedSource Source { get; }

    public ApiClient Client { get; }

    /// <summary>Path of an address that belongs to no VM.</summary>
    public string StrangerSocket => Path.Combine(Folder, "stranger.sock");

    public static async Task<TestBroker> StartAsync(Action<BrokerOptions>? configure = null, string? folder = null)
    {
        bool owns = folder is null;
        folder ??= Directory.CreateTempSubdirectory("hvi-t-").FullName;
        var options = new BrokerOptions { LogLevel = LogLevel.Error };
        options.Api.Url = "http://127.0.0.1:0";
        options.History.Folder = Path.Combine(folder, "history");
        options.History.BackgroundUpkeep = false;
        options.Agents.Listen.Add("unix://" + Path.Combine(folder, "stranger.sock"));
        options.Agents.HoldMs = 400;
        options.Agents.HandshakeMs = 5_000;
        configure?.Invoke(options);
        var source = new ScriptedSource([Web with { AgentAddress = Address(folder, Web) }, Batch with { AgentAddress = Address(folder, Batch) }]);
        var history = await HistoryStore.OpenAsync(options.History, options.Engine, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var disk = new FillingDisk(history);
        var app = BrokerHost.Build(options, source, history, disk, TimeProvider.System, console: false);
        await app.StartAsync();
        return new TestBroker(app, folder, owns, history, disk, source);
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public VmLedger Ledger(PartitionInfo vm) => Service<VmAccounts>().Of(vm.Id).Ledger;

    public Task<ScriptedAgent> DialAsync(PartitionInfo vm, Guid? boot = null) => ScriptedAgent.DialAsync(Path.Combine(Folder, vm.Name + ".agent.sock"), boot ?? Guid.NewGuid());

    /// <summary>Waits until something holds; the time-out names it.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < WaitMax, $"after {WaitMax.TotalSeconds} s: {what}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static Task EventuallyAsync(Func<bool> holds, string what) => EventuallyAsync(() => Task.FromResult(holds()), what);

    public Task<VmAnswer> VmAsync(PartitionInfo vm) => Client.GetAsync<VmAnswer>("api/v1/vms/" + vm.Name, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _history.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static string Address(string folder, PartitionInfo vm) => $"unix:{Path.Combine(folder, vm.Name + ".agent.sock")}";
}
