using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>All instances of one counter: their names in PDH's order and the cooked value of each.</summary>
/// <remarks>
/// Names change rarely and values every time: names are compared in place and made into strings only when they change. Counters that
/// need two samples are read raw too: a fall of the raw counter or of its base is a reset, whatever PDH makes of it.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class CounterReader(LiveCounter counter)
{
    private const uint FormatDouble = 0x00000200;
    private const uint FormatNoCap100 = 0x00008000;
    private const uint DeltaFlag = 0x00400000;
    private const uint AverageTimer = 805438464;
    private const uint AverageBulk = 1073874176;
    private const uint PrecisionTimer = 542573824;
    private const int NameMax = 2048;

    private long[] _firsts = [];
    private long[] _seconds = [];
    private bool[] _known = [];
    private bool[] _reset = [];
    private uint? _type;

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
        bool isDelta = _type is { } type && ((type & DeltaFlag) != 0 || type is AverageTimer or AverageBulk);
        bool changed = isDelta && ReadRaw(buffer);
        nint handle = Handle;
        var (status, count) = buffer.Fill((ref uint size, out uint items, void* memory) =>
            PdhNative.PdhGetFormattedCounterArrayW(handle, FormatDouble | FormatNoCap100, ref size, out items, memory));
        if (status != PdhStatus.ValidData)
        {
            Array.Fill(Values, double.NaN);
            if (!isDelta || !PdhStatus.IsEmpty(status))
            {
                changed |= SetNames([]);
            }

            return changed;
        }

        var items = new ReadOnlySpan<PdhFormattedItem>(buffer.Memory, count);
        if (!Same(buffer.Memory, sizeof(PdhFormattedItem), count))
        {
            changed |= SetNames(NamesOf(buffer.Memory, sizeof(PdhFormattedItem), count));
        }

        for (int i = 0; i < Values.Length; i++)
        {
            Values[i] = PdhStatus.IsValue(items[i].Status) && !(isDelta && _reset[i]) ? items[i].Value : double.NaN;
        }

        return changed;
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

    private uint? Type(PdhBuffer buffer)
    {
        nint handle = Handle;
        var (status, _) = buffer.Fill((ref uint size, out uint items, void* memory) =>
        {
            items = 0;
            return PdhNative.PdhGetCounterInfoW(handle, 0, ref size, memory);
        });

        // PDH_COUNTER_INFO_W: length, then the type.
        return status == PdhStatus.ValidData ? ((uint*)buffer.Memory)[1] : null;
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

        bool hasBase = _type is PrecisionTimer or AverageTimer or AverageBulk;
        for (int i = 0; i < count; i++)
        {
            bool valid = PdhStatus.IsValue(items[i].Status);
            long first = items[i].First;
            long second = items[i].Second;
            bool fell = valid && _known[i] && (first < _firsts[i] || (hasBase && second < _seconds[i]));
            _reset[i] = fell || !_known[i];
            Resets += fell ? 1 : 0;
            _known[i] = valid;
            _firsts[i] = first;
            _seconds[i] = second;
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

        var firsts = new long[names.Length];
        var seconds = new long[names.Length];
        var known = new bool[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (before.TryGetValue(names[i], out int at) && at < _known.Length)
            {
                (firsts[i], seconds[i], known[i]) = (_firsts[at], _seconds[at], _known[at]);
            }
        }

        (_firsts, _seconds, _known, _reset) = (firsts, seconds, known, new bool[names.Length]);
        Names = names;
        Values = new double[names.Length];
        Array.Fill(Values, double.NaN);
        return true;
    }
}
