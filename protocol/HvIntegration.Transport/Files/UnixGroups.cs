using System.Globalization;
using System.Runtime.InteropServices;

namespace HvIntegration.Transport.Files;

/// <summary>Groups of this machine, from its own files: the agent is linked so that it cannot ask the name service.</summary>
public static partial class UnixGroups
{
    private const int GroupIdField = 2;
    private const int MembersField = 3;
    private const int UserIdField = 2;
    private const int UserGroupField = 3;
    private const string AccessList = "system.posix_acl_access";

    /// <summary>
    /// True when the group has no member but the one user: distributions give each user a group of his own and let new files be written by it.
    /// A group that these files do not name, and a file with an access list (whose mask stands where the group's rights do), count as others.
    /// </summary>
    public static bool IsOfOneUser(uint group, uint user, string path)
    {
        try
        {
            var lines = Rows("/etc/group").Where(f => f.Length > MembersField && Number(f[GroupIdField]) == group).ToList();
            var users = Rows("/etc/passwd").Where(f => f.Length > UserGroupField).ToList();
            var names = users.Where(f => Number(f[UserIdField]) == user).Select(f => f[0]).ToHashSet(StringComparer.Ordinal);
            return lines.Count == 1
                && lines[0][MembersField].Split(',', StringSplitOptions.RemoveEmptyEntries).All(names.Contains)
                && users.Where(f => Number(f[UserGroupField]) == group).All(f => Number(f[UserIdField]) == user)
                && GetAttribute(path, AccessList, 0, 0) < 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Number of a group; null when the machine's own files do not name it.</summary>
    public static uint? Find(string name) =>
        Rows("/etc/group").Where(f => f.Length > GroupIdField && f[0] == name).Select(f => Number(f[GroupIdField])).FirstOrDefault();

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(file).Select(l => l.Split(':'));

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    // ssize_t lgetxattr(const char *, const char *, void *, size_t): with no room it tells the size, or that there is none.
    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, nint value, nint size);
}
