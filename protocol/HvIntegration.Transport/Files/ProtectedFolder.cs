using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace HvIntegration.Transport.Files;

/// <summary>The folder of a service in %ProgramData%: administrators and the system own it, and no user can write there.</summary>
[SupportedOSPlatform("windows")]
public static class ProtectedFolder
{
    /// <summary>Creates the folder, or protects the one that is there.</summary>
    /// <remarks>
    /// Every user may create folders in %ProgramData%, and files in what is created there by inheritance. A folder that a user created first is
    /// set aside with all its content: what a user wrote must not become the settings of a service.
    /// </remarks>
    /// <param name="path">Full path.</param>
    /// <param name="readers">Accounts that may read the folder and the files directly in it.</param>
    /// <returns>New place of a folder that a user had created; null when there was none.</returns>
    /// <exception cref="IOException">It cannot be created or moved.</exception>
    public static string? Make(string path, params IEnumerable<SecurityIdentifier> readers)
    {
        var folder = new DirectoryInfo(path);
        string? aside = null;
        if (folder.Exists && !IsOurs(folder))
        {
            aside = $"{path}.{Guid.NewGuid():N}";
            folder.MoveTo(aside);
            folder = new DirectoryInfo(path);
        }

        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var who in (SecurityIdentifier[])[WindowsAccounts.LocalSystem, WindowsAccounts.Administrators])
        {
            security.AddAccessRule(new FileSystemAccessRule(
                who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        foreach (var who in readers)
        {
            security.AddAccessRule(new FileSystemAccessRule(
                who, FileSystemRights.ReadAndExecute, InheritanceFlags.ObjectInherit, PropagationFlags.NoPropagateInherit, AccessControlType.Allow));
        }

        if (folder.Exists)
        {
            folder.SetAccessControl(security);
        }
        else
        {
            folder.Create(security);
        }

        return aside;
    }

    private static bool IsOurs(DirectoryInfo folder) => !folder.Attributes.HasFlag(FileAttributes.ReparsePoint)
        && folder.GetAccessControl(AccessControlSections.Owner).GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner
        && WindowsAccounts.Trusted.Contains(owner);
}
