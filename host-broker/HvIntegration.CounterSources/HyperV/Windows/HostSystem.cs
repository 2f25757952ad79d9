using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>Edition and build of the Windows of this host, by WMI.</summary>
[SupportedOSPlatform("windows")]
public static class HostSystem
{
    private const string Namespace = @"root\cimv2";
    private const string Query = "SELECT Caption, BuildNumber FROM Win32_OperatingSystem";
    private const int TimeoutMs = 20_000;

    /// <summary>Edition and build in one line, or why WMI does not return them.</summary>
    public static string Read()
    {
        _ = Ole.CoInitializeEx(0, Ole.Multithreaded);
        try
        {
            using var session = WbemSession.Connect(Namespace);
            return session.Query(Query, 1, TimeoutMs) is [var system, ..] ? $"{system.Text("Caption").Trim()}, build {system.Text("BuildNumber")}" : "WMI returned no operating system";
        }
        catch (WbemException e)
        {
            return $"not known: {e.Message}";
        }
        finally
        {
            Ole.CoUninitialize();
        }
    }
}
