using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>All instances of one counter: their names in PDH's order and the cooked value of each.</summary>
/// <remarks>
/// Names change rarely and values every time: names are compared in place and made into strings only when they change. Counters that
/// need two samples are read raw too: a fall of the raw counter or of its base is a reset, whatever PDH makes of it. Where PDH returns no
/// array because one of its rows has no value, and for a row whose 32-bit counter wrapped, the value is made of the raw ones.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class CounterReader(LiveCounter counter)
{
    private const uint FormatDouble = 0x00000200;
    private const uint FormatNoCap100 = 0x00008000;
    private const double DefaultFrequency = 10_000_000;
    private const int NameMax = 2048;

    private RawValue[] _raw = [];
    private bool[] _known = [];
    private RawChange[] _changes = [];
    private double[] _computed = [];
    private RawCounter? _type;
    private double _frequency = DefaultFrequency;

    /// <summary>The counter that is read, with its path.</summary>
    public LiveCounter Counter => counter;

    /// <summary>PDH's handle; 0 while it is not in the query.</summary>
    public nint Handle { get; private set; }

    /// <summary>Why it is not in the query; <see cref="PdhStatus.ValidData"/> when it is.</summary>
    public uint Status { get; private set; } = PdhStatus.NoData;

    /// <summary>Instance names, duplicates numbered; one empty name for a set without instances.</summary>
    public string[] Names { get; private set; } = [];

    /// <summary>Cooked values in the order of <see cref="Names"/>; NaN where there is none.</summary>
    public double[] Values { get; private set; } = [];

    /// <summary>Values that were dropped because the counter was reset.</summary>
    public long Resets { get; private set; }

    /// <summary>Reads without an array of PDH, whose values were made of the raw ones.</summary>
    public long ReadsFromRaw { get; private set; }

    /// <summary>Puts the counter into a query, or says in <see cref="Status"/> why it cannot be.</summary>
    public void Add(nint query)
    {
        Status = PdhNative.PdhAddEnglishCounterW(query, counter.Path, 0, out nint handle);
        Handle = Status == PdhStatus.ValidData ? handle : 0;
        _type = null;
    }

    /// <summary>Notes why the counter was not asked for: another of its set was told so.</summary>
    public void NoteMissing(uint status) => Status = status;

    /// <summary>Takes the counter out of its query.</summary>
    public void Remove()
    {
        if (Handle != 0)
        {
            _ = PdhNative.PdhRemoveCounter(Handle);
        }

        Forget();
    }

    /// <summary>Forgets a handle whose query is closed.</summary>
    public void Forget()
    {
        Handle = 0;
        Status = PdhStatus.NoData;
        Names = [];
        Values = [];
        _known = [];
    }

    /// <summary>Reads what the newest collection gave.</summary>
    /// <returns>True when the instances changed.</returns>
    public bool Read(PdhBuffer buffer)
    {
        _type ??= Type(buffer);

        // Without the type a fall cannot be told from a level that goes down: then PDH's own word must do.
        bool isDelta = _type is { IsDelta: true };
        bool changed = isDelta && ReadRaw(buffer);
        nint handle = Handle;
        var (status, count) = buffer.Fill((ref uint size, out uint items, void* memory) =>
            PdhNative.PdhGetFormattedCounterArrayW(handle, FormatDouble | FormatNoCap100, ref size, out items, memory));
        if (status != PdhStatus.ValidData)
        {
            return changed | ReadWithoutArray(status, isDelta, buffer);
        }

        var items = new ReadOnlySpan<PdhFormattedItem>(buffer.Memory, count);
        if (!Same(buffer.Memory, sizeof(PdhFormattedItem), count))
        {
            changed |= SetNames(NamesOf(buffer.Memory, sizeof(PdhFormattedItem), count));
        }

        for (int i = 0; i < Values.Length; i++)
        {
            var change = isDelta ? _changes[i] : RawChange.Rose;
            Values[i] = change == RawChange.Wrapped ? _computed[i]
                : change == RawChange.Rose && PdhStatus.IsValue(items[i].Status) ? items[i].Value : double.NaN;
        }

        return changed;
    }

    // The status may be that of the worst row: the raw values say which rows there are, and what they are.
    private bool ReadWithoutArray(uint status, bool isDelta, PdhBuffer buffer)
    {
        bool changed = false;
        bool isOfARow = _type is not null && PdhStatus.IsOfARow(status);
        if (isOfARow && !isDelta)
        {
            changed = ReadRaw(buffer);
        }

        ReadsFromRaw += isOfARow && _computed.Any(double.IsFinite) ? 1 : 0;
        for (int i = 0; i < Values.Length; i++)
        {
            Values[i] = isOfARow ? _computed[i] : double.NaN;
        }

        return changed | (!isOfARow && (!isDelta || !PdhStatus.IsEmpty(status)) && SetNames([]));
    }

    private static bool Equal(string name, char* text)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (text[i] != name[i])
            {
                return false;
            }
        }

        // PDH numbers duplicates itself on some builds; where it does not, the number is ours.
        return text[name.Length] == '\0';
    }

    private static string Text(char* text)
    {
        int length = 0;
        while (length < NameMax && text[length] != '\0')
        {
            length++;
        }

        return new string(text, 0, length);
    }

    // Equal names get #1, #2, ... as PDH writes them in paths.
    private static string[] Numbered(string[] names)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < names.Length; i++)
        {
            if (!seen.TryAdd(names[i], 0))
            {
                names[i] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{names[i]}#{++seen[names[i]]}");
            }
        }

        return names;
    }

    private RawCounter? Type(PdhBuffer buffer)
    {
        _frequency = PdhNative.PdhGetCounterTimeBase(Handle, out long frequency) == PdhStatus.ValidData && frequency > 0 ? frequency : DefaultFrequency;
        nint handle = Handle;
        var (status, _) = buffer.Fill((ref uint size, out uint items, void* memory) =>
        {
            items = 0;
            return PdhNative.PdhGetCounterInfoW(handle, 0, ref size, memory);
        });

        // PDH_COUNTER_INFO_W: length, then the type.
        return status == PdhStatus.ValidData ? new RawCounter(((uint*)buffer.Memory)[1]) : null;
    }

    private bool ReadRaw(PdhBuffer buffer)
    {
        nint handle = Handle;
        var (status, count) = buffer.Fill((ref uint size, out uint items, void* memory) => PdhNative.PdhGetRawCounterArrayW(handle, ref size, out items, memory));
        if (status != PdhStatus.ValidData)
        {
            return SetNames([]);
        }

        var items = new ReadOnlySpan<PdhRawItem>(buffer.Memory, count);
        bool changed = false;
        if (!Same(buffer.Memory, sizeof(PdhRawItem), count))
        {
            changed = SetNames(NamesOf(buffer.Memory, sizeof(PdhRawItem), count));
        }

        var type = _type ?? default;
        for (int i = 0; i < count; i++)
        {
            bool valid = PdhStatus.IsValue(items[i].Status);
            var now = new RawValue(items[i].First, items[i].Second);
            bool comparable = valid && _known[i];
            var change = comparable && type.IsDelta ? type.Compare(_raw[i], now) : RawChange.Rose;
            _computed[i] = comparable || (valid && !type.IsDelta) ? type.Value(_raw[i], now, _frequency) : double.NaN;
            _changes[i] = _known[i] ? change : RawChange.Reset;
            Resets += change == RawChange.Reset ? 1 : 0;
            _known[i] = valid;
            _raw[i] = now;
        }

        return changed;
    }

    // The name's pointer is the first field of both kinds of items.
    private bool Same(void* items, int stride, int count)
    {
        if (count != Names.Length)
        {
            return false;
        }

        for (int i = 0; counter.HasInstances && i < count; i++)
        {
            if (!Equal(Names[i], *(char**)((byte*)items + ((long)i * stride))))
            {
                // Numbers of equal names are ours on some builds: those differ from PDH's text and are no change.
                return NamesOf(items, stride, count).AsSpan().SequenceEqual(Names);
            }
        }

        return true;
    }

    private string[] NamesOf(void* items, int stride, int count)
    {
        var names = new string[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = counter.HasInstances ? Text(*(char**)((byte*)items + ((long)i * stride))) : "";
        }

        return Numbered(names);
    }

    // Raw values of instances that stay are kept: without them the next second would be lost for all.
    private bool SetNames(string[] names)
    {
        if (names.Length == 0 && Names.Length == 0)
        {
            return false;
        }

        var before = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Names.Length; i++)
        {
            before[Names[i]] = i;
        }

        var raw = new RawValue[names.Length];
        var known = new bool[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (before.TryGetValue(names[i], out int at) && at < _known.Length)
            {
                (raw[i], known[i]) = (_raw[at], _known[at]);
            }
        }

        (_raw, _known, _changes, _computed) = (raw, known, new RawChange[names.Length], new double[names.Length]);
        Names = names;
        Values = new double[names.Length];
        Array.Fill(Values, double.NaN);
        return true;
    }
}
