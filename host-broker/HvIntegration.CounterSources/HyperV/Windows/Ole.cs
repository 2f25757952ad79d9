using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>The COM and automation calls in use.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Ole
{
    internal const uint Multithreaded = 0;
    internal const uint InProcessServer = 1;
    internal const uint AuthenticationDefault = 0;
    internal const uint AuthenticationWinNt = 10;
    internal const uint AuthenticationPacketPrivacy = 6;
    internal const uint ImpersonationImpersonate = 3;

    [LibraryImport("ole32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int CoInitializeEx(nint reserved, uint model);

    [LibraryImport("ole32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial void CoUninitialize();

    [LibraryImport("ole32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int CoInitializeSecurity(
        nint descriptor, int authenticationServices, nint services, nint reserved1, uint authenticationLevel, uint impersonationLevel, nint list, uint capabilities, nint reserved3);

    [LibraryImport("ole32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int CoCreateInstance(in Guid classId, nint outer, uint context, in Guid interfaceId, out nint instance);

    [LibraryImport("ole32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int CoSetProxyBlanket(
        nint proxy, uint authenticationService, uint authorizationService, nint principal, uint authenticationLevel, uint impersonationLevel, nint identity, uint capabilities);

    [LibraryImport("oleaut32.dll", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial nint SysAllocString(string text);

    [LibraryImport("oleaut32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial void SysFreeString(nint text);

    [LibraryImport("oleaut32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int VariantClear(Variant* value);

    [LibraryImport("oleaut32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int SafeArrayGetLBound(nint array, uint dimension, out int bound);

    [LibraryImport("oleaut32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int SafeArrayGetUBound(nint array, uint dimension, out int bound);

    [LibraryImport("oleaut32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int SafeArrayAccessData(nint array, out void* data);

    [LibraryImport("oleaut32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static partial int SafeArrayUnaccessData(nint array);
}
