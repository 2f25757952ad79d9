using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace HvIntegration.Transport.Files;

/// <summary>The rule on Windows: owned by administrators, the system or the service's own account, written by nobody else.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsTrust
{
    // What puts a file or folder into the hands of somebody: its content, its rights, its owner, its place.
    private const FileSystemRights Change = FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles
        | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    // In a folder further up others may make entries of their own (in %ProgramData% every user may): they do not touch ours.
    private const FileSystemRights Replace = FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    // GENERIC_ALL, GENERIC_WRITE and GENERIC_READ, which an entry may hold in place of the rights they stand for.
    private const int GenericAll = 0x10000000;
    private const int GenericWrite = 0x40000000;
    private const int GenericRead = unchecked((int)0x80000000);

    private static readonly SecurityIdentifier OwnerRights = new("S-1-3-4");
    private static readonly SecurityIdentifier TrustedInstaller = new("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");

    /// <summary>What is wrong with a full path; null when nothing is, or when it is not there.</summary>
    public static string? Fault(string path, bool secret, bool isFolder)
    {
        try
        {
            if (!isFolder && File.Exists(path) && OfEntry(path, new FileInfo(path), Change, secret) is { } ofFile)
            {
                return ofFile;
            }

            // The folder itself takes no entries of others; those above it may.
            string? folder = isFolder ? path : Path.GetDirectoryName(path);
            for (var rights = Change; folder is not null; rights = Replace, folder = Path.GetDirectoryName(folder))
            {
                if (Directory.Exists(folder) && OfEntry(path, new DirectoryInfo(folder), rights, secret: false) is { } ofFolder)
                {
                    return ofFolder;
                }
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PrivilegeNotHeldException or NotSupportedException)
        {
            return $"the rights of '{path}' cannot be read ({e.Message}): run icacls \"{path}\" as administrator to see them";
        }
    }

    private static string? OfEntry(string path, FileSystemInfo entry, FileSystemRights rights, bool secret)
    {
        string at = entry.FullName;
        string name = path == at ? $"'{path}'" : $"'{at}', on the way to '{path}',";
        if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            return $"{name} is a link; use the target of the link";
        }

        const AccessControlSections Sections = AccessControlSections.Owner | AccessControlSections.Access;
        FileSystemSecurity security = entry is FileInfo file ? file.GetAccessControl(Sections) : ((DirectoryInfo)entry).GetAccessControl(Sections);
        if (security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && !IsTrusted(owner))
        {
            return $"{name} belongs to {Words(owner)}, who can change it: icacls \"{at}\" /setowner *S-1-5-32-544";
        }

        foreach (FileSystemAccessRule rule in security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)))
        {
            var who = (SecurityIdentifier)rule.IdentityReference;
            if (rule.AccessControlType != AccessControlType.Allow || rule.PropagationFlags.HasFlag(PropagationFlags.InheritOnly) || IsTrusted(who) || who == OwnerRights)
            {
                continue;
            }

            if ((rule.FileSystemRights & rights) != 0 || ((int)rule.FileSystemRights & (GenericAll | GenericWrite)) != 0)
            {
                return $"{name} can be changed by {Words(who)}: {Mend(entry)}";
            }

            if (secret && ((rule.FileSystemRights & FileSystemRights.ReadData) != 0 || ((int)rule.FileSystemRights & GenericRead) != 0))
            {
                return $"{name} can be read by {Words(who)}: {Mend(entry)}";
            }
        }

        return null;
    }

    private static string Mend(FileSystemInfo entry) =>
        entry is DirectoryInfo
            ? $"icacls \"{entry.FullName}\" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F"
            : $"icacls \"{entry.FullName}\" /inheritance:r /grant:r *S-1-5-18:F *S-1-5-32-544:F";

    private static bool IsTrusted(SecurityIdentifier who) => who == TrustedInstaller || WindowsAccounts.Trusted.Contains(who);

    private static string Words(SecurityIdentifier who)
    {
        try
        {
            return $"{who.Translate(typeof(NTAccount)).Value} ({who.Value})";
        }
        catch (Exception e) when (e is SystemException)
        {
            return who.Value;
        }
    }
}
