using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>Queries of one WMI namespace, by the COM interfaces of wbemcli.h called through their tables.</summary>
/// <remarks>
/// Smaller than a wrapper and free of the .NET Framework's own WMI library, which a server need not have. Slots are tested against the
/// Windows headers. Used by one thread, which must have joined the multithreaded apartment.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WbemSession : IDisposable
{
    internal const int SlotConnectServer = 3;
    internal const int SlotExecQuery = 20;
    internal const int SlotExecNotificationQuery = 22;
    internal const int SlotEnumeratorNext = 4;
    internal const int SlotObjectGet = 4;
    internal const int SlotBeginEnumeration = 8;
    internal const int SlotObjectNext = 9;
    internal const int SlotEndEnumeration = 10;
    internal const int SlotRelease = 2;
    private const int FlagForwardOnly = 0x20;
    private const int FlagReturnImmediately = 0x10;
    private const int FlagNonSystemOnly = 0x40;
    private const int FlagUseMaxWait = 0x80;
    private const int NoError = 0;
    private const int TimedOut = 0x40004;
    private static readonly Guid LocatorClass = new("4590f811-1d3a-11d0-891f-00aa004b2e24");
    private static readonly Guid LocatorInterface = new("dc12a687-737f-11cf-884d-00aa004b2e24");

    private readonly string _namespace;
    private nint _services;

    private WbemSession(string name, nint services)
    {
        _namespace = name;
        _services = services;
    }

    /// <summary>Connects to a namespace of this machine.</summary>
    /// <exception cref="WbemException">It is not there, or this account may not.</exception>
    public static WbemSession Connect(string name)
    {
        // Fails once some other part of the process has made COM calls: the proxies are set one by one too.
        _ = Ole.CoInitializeSecurity(0, -1, 0, 0, Ole.AuthenticationDefault, Ole.ImpersonationImpersonate, 0, 0, 0);
        Check(Ole.CoCreateInstance(LocatorClass, 0, Ole.InProcessServer, LocatorInterface, out nint locator), "WMI cannot be reached");
        nint text = Ole.SysAllocString(name);
        try
        {
            nint services;
            Check(
                ((delegate* unmanaged<nint, nint, nint, nint, nint, int, nint, nint, nint*, int>)Slot(locator, SlotConnectServer))(
                    locator, text, 0, 0, 0, FlagUseMaxWait, 0, 0, &services),
                name);
            Secure(services);
            return new WbemSession(name, services);
        }
        finally
        {
            Ole.SysFreeString(text);
            Release(locator);
        }
    }

    /// <summary>Runs a query to its end.</summary>
    /// <param name="query">WQL.</param>
    /// <param name="rowsMax">Most rows taken.</param>
    /// <param name="timeoutMs">Most time for the next row.</param>
    /// <exception cref="WbemException">The query or its class is not known, or WMI failed meanwhile.</exception>
    public IReadOnlyList<CimRow> Query(string query, int rowsMax, int timeoutMs)
    {
        nint enumerator = Start(query, SlotExecQuery);
        try
        {
            var rows = new List<CimRow>();
            while (rows.Count < rowsMax && Next(enumerator, timeoutMs, query) is { } row)
            {
                rows.Add(row);
            }

            return rows;
        }
        finally
        {
            Release(enumerator);
        }
    }

    /// <summary>Subscribes to events; the result is asked with <see cref="HasEvent"/> and released with <see cref="Release"/>.</summary>
    /// <exception cref="WbemException">This WMI has no such events.</exception>
    public nint Subscribe(string query) => Start(query, SlotExecNotificationQuery);

    /// <summary>True when an event came within the time.</summary>
    /// <exception cref="WbemException">The subscription is over: WMI or the management service was restarted.</exception>
    public bool HasEvent(nint events, int timeoutMs)
    {
        nint item;
        uint count;
        int result = ((delegate* unmanaged<nint, int, uint, nint*, uint*, int>)Slot(events, SlotEnumeratorNext))(events, timeoutMs, 1, &item, &count);
        Check(result, "events of " + _namespace);
        if (result != NoError || count == 0)
        {
            return false;
        }

        Release(item);
        return true;
    }

    /// <summary>Gives a COM object back.</summary>
    public static void Release(nint item)
    {
        if (item != 0)
        {
            ((delegate* unmanaged<nint, uint>)Slot(item, SlotRelease))(item);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release(_services);
        _services = 0;
    }

    private static nint Slot(nint item, int slot) => (*(nint**)item)[slot];

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new WbemException(result, what);
        }
    }

    // Hyper-V's provider acts as its caller and wants the talk sealed.
    private static void Secure(nint proxy) => _ = Ole.CoSetProxyBlanket(
        proxy, Ole.AuthenticationWinNt, 0, 0, Ole.AuthenticationPacketPrivacy, Ole.ImpersonationImpersonate, 0, 0);

    private nint Start(string query, int slot)
    {
        nint language = Ole.SysAllocString("WQL");
        nint text = Ole.SysAllocString(query);
        try
        {
            nint enumerator;
            Check(
                ((delegate* unmanaged<nint, nint, nint, int, nint, nint*, int>)Slot(_services, slot))(
                    _services, language, text, FlagForwardOnly | FlagReturnImmediately, 0, &enumerator),
                query);
            Secure(enumerator);
            return enumerator;
        }
        finally
        {
            Ole.SysFreeString(text);
            Ole.SysFreeString(language);
        }
    }

    private static CimRow? Next(nint enumerator, int timeoutMs, string query)
    {
        nint item;
        uint count;
        int result = ((delegate* unmanaged<nint, int, uint, nint*, uint*, int>)Slot(enumerator, SlotEnumeratorNext))(enumerator, timeoutMs, 1, &item, &count);
        Check(result, query);
        if (result == TimedOut)
        {
            throw new WbemException(result, $"{query}: no answer within {timeoutMs} ms");
        }

        if (count == 0)
        {
            return null;
        }

        try
        {
            return Row(item, query);
        }
        finally
        {
            Release(item);
        }
    }

    private static CimRow Row(nint item, string query)
    {
        Check(((delegate* unmanaged<nint, int, int>)Slot(item, SlotBeginEnumeration))(item, FlagNonSystemOnly), query);
        var row = new CimRow();
        while (true)
        {
            nint name;
            Variant value = default;
            int result = ((delegate* unmanaged<nint, int, nint*, Variant*, int*, int*, int>)Slot(item, SlotObjectNext))(item, 0, &name, &value, null, null);
            Check(result, query);
            if (result != NoError)
            {
                break;
            }

            try
            {
                row[Marshal.PtrToStringBSTR(name)] = value.Value();
            }
            finally
            {
                Ole.SysFreeString(name);
                _ = Ole.VariantClear(&value);
            }
        }

        _ = ((delegate* unmanaged<nint, int>)Slot(item, SlotEndEnumeration))(item);
        return row;
    }
}
