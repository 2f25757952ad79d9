using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>Reads the hypervisor's newest start event from the system log, by <c>wevtapi.dll</c>.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class HypervisorLog
{
    /// <summary>EvtQueryChannelPath: the path is the name of a channel.</summary>
    public const uint ChannelPath = 0x1;

    /// <summary>EvtQueryReverseDirection: the newest event first.</summary>
    public const uint NewestFirst = 0x200;

    /// <summary>EvtRenderEventXml: the whole event as XML.</summary>
    public const uint RenderXml = 1;

    private const int CharactersMax = 16 * 1024;
    private const uint WaitMs = 5_000;
    private const string Library = "wevtapi.dll";

    /// <summary>The scheduler that the hypervisor reported at its last start; unknown when the log does not have the event.</summary>
    public static SchedulerType ReadScheduler()
    {
        try
        {
            return Newest(SchedulerEvent.Channel, SchedulerEvent.Query) is { } xml ? SchedulerEvent.Parse(xml) : SchedulerType.Unknown;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return SchedulerType.Unknown;
        }
    }

    private static string? Newest(string channel, string query)
    {
        nint found = EvtQuery(0, channel, query, ChannelPath | NewestFirst);
        if (found == 0)
        {
            return null;
        }

        try
        {
            return EvtNext(found, 1, out nint one, WaitMs, 0, out uint count) != 0 && count == 1 ? Render(one) : null;
        }
        finally
        {
            _ = EvtClose(found);
        }
    }

    private static string? Render(nint one)
    {
        try
        {
            char[] text = new char[CharactersMax];
            fixed (char* memory = text)
            {
                return EvtRender(0, one, RenderXml, CharactersMax * sizeof(char), memory, out uint used, out _) != 0
                    ? new string(memory, 0, (int)Math.Min(used / sizeof(char), CharactersMax))
                    : null;
            }
        }
        finally
        {
            _ = EvtClose(one);
        }
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint EvtQuery(nint session, string path, string query, uint flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int EvtNext(nint resultSet, uint size, out nint events, uint timeout, uint flags, out uint returned);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int EvtRender(nint context, nint fragment, uint flags, uint bytes, char* buffer, out uint used, out uint properties);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int EvtClose(nint handle);
}
