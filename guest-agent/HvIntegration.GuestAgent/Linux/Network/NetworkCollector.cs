using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Network;

/// <summary>Bytes, packets, errors and drops of every network adapter.</summary>
/// <remarks>Source: <c>/proc/net/dev</c>; which interfaces are adapters: <see cref="InterfaceRule"/>, when their set changed.</remarks>
internal sealed class NetworkCollector(GuestRoot root) : ICollector
{
    private const int InterfacesMax = 1024;

    /// <summary>An interface can get a master without a change of names, so the rule is applied again now and then.</summary>
    private const int RuleEvery = 60;

    private readonly KernelFile _file = new(root.Of("/proc/net/dev"), 8 * 1024);
    private readonly InterfaceRule _rule = new(root);
    private readonly Dictionary<string, Adapter> _adapters = new(StringComparer.Ordinal);
    private Line[] _lines = [];
    private int _reads;

    /// <inheritdoc/>
    public string Name => "network";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_file.TryRead(out var text))
        {
            return _file.FailureOutcome;
        }

        if (_reads++ % RuleEvery == 0 || HasOtherInterfaces(text))
        {
            Reevaluate(series, text);
        }

        var index = 0;
        var lines = new ByteCursor(text);
        while (index < _lines.Length && lines.TryReadLine(out var line))
        {
            if (NetDevLine.TryParse(line, out _, out var values) && _lines[index++].Adapter is { } adapter)
            {
                adapter.Receive.Set(series, values.Receive);
                adapter.Transmit.Set(series, values.Transmit);
            }
        }

        return _adapters.Count > 0 ? CollectOutcome.Ok : CollectOutcome.Unavailable("/proc/net/dev lists no network adapter");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool HasOtherInterfaces(ReadOnlySpan<byte> text)
    {
        var index = 0;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (!NetDevLine.TryParse(line, out var name, out _))
            {
                continue;
            }

            if (index == _lines.Length)
            {
                return index < InterfacesMax;
            }

            if (!name.SequenceEqual(_lines[index].NativeName))
            {
                return true;
            }

            index++;
        }

        return index != _lines.Length;
    }

    private void Reevaluate(CollectorSeries series, ReadOnlySpan<byte> text)
    {
        var names = new List<string>();
        var natives = new List<byte[]>();
        var lines = new ByteCursor(text);
        while (names.Count < InterfacesMax && lines.TryReadLine(out var line))
        {
            if (NetDevLine.TryParse(line, out var name, out _))
            {
                names.Add(Encoding.UTF8.GetString(name));
                natives.Add(name.ToArray());
            }
        }

        var kept = _rule.Select(names);
        foreach (var gone in _adapters.Keys.Where(name => !kept.Contains(name)).ToArray())
        {
            _adapters[gone].Receive.Retire(series);
            _adapters[gone].Transmit.Retire(series);
            _adapters.Remove(gone);
        }

        _lines = new Line[names.Count];
        for (var index = 0; index < _lines.Length; index++)
        {
            Adapter? adapter = null;
            if (kept.Contains(names[index]) && !_adapters.TryGetValue(names[index], out adapter))
            {
                adapter = new Adapter(Direction.Define(series, names[index], "receive"), Direction.Define(series, names[index], "transmit"));
                _adapters.Add(names[index], adapter);
            }

            _lines[index] = new Line(natives[index], adapter);
        }
    }

    private readonly record struct Line(byte[] NativeName, Adapter? Adapter);

    private sealed record Adapter(Direction Receive, Direction Transmit);

    private sealed record Direction(int Bytes, int Packets, int Errors, int Dropped)
    {
        public static Direction Define(CollectorSeries series, string name, string direction) => new(
            series.Define(GuestMetrics.NetworkIo, name, direction),
            series.Define(GuestMetrics.NetworkPackets, name, direction),
            series.Define(GuestMetrics.NetworkErrors, name, direction),
            series.Define(GuestMetrics.NetworkDropped, name, direction));

        public void Set(CollectorSeries series, in NetDevDirection values)
        {
            series.Set(Bytes, values.Bytes);
            series.Set(Packets, values.Packets);
            series.Set(Errors, values.Errors);
            series.Set(Dropped, values.Dropped);
        }

        public void Retire(CollectorSeries series)
        {
            series.Retire(Bytes);
            series.Retire(Packets);
            series.Retire(Errors);
            series.Retire(Dropped);
        }
    }
}
