using System.Runtime.InteropServices;

namespace HvIntegration.Transport.Files;

/// <summary>The account that a process has on Linux.</summary>
public static partial class UnixUser
{
    /// <summary>Effective user of this process; 0 on Windows.</summary>
    public static uint Own { get; } = OperatingSystem.IsWindows() ? 0 : GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
