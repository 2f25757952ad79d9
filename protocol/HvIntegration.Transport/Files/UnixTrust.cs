using System.Globalization;

namespace HvIntegration.Transport.Files;

/// <summary>The rule on Linux: root's or the service's own, written by nobody else, all the way up.</summary>
internal static class UnixTrust
{
    private const int LinksMax = 40;
    private const UnixFileMode OthersRead = UnixFileMode.OtherRead;
    private static readonly uint? Caller = CallerOfSudo();

    /// <summary>What is wrong with a path that is absolute; null when nothing is, or when it is not there.</summary>
    public static string? Fault(string path, bool secret, bool isFolder)
    {
        var names = new Stack<string>(Names(path));
        string at = "/";
        int links = 0;
        if (PathStatus.Read(at, follow: false) is { } root && Fault(path, at, root, isLast: false) is { } above)
        {
            return above;
        }

        // Each name in turn, as the kernel goes; the place a link leads to is looked at just the same.
        while (names.TryPop(out string? name))
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/";
                continue;
            }

            string next = Path.Combine(at, name);
            if (PathStatus.Read(next, follow: false) is not { } status)
            {
                return null; // who opens it says why he cannot
            }

            if (status.Type == PathStatus.Link)
            {
                if (!IsTrusted(status.User))
                {
                    return $"{Named(path, next)} is a link of user {status.User}, who can point it elsewhere: rm {Quoted(next)}";
                }

                if (++links > LinksMax || new FileInfo(next).LinkTarget is not { } target)
                {
                    return $"'{path}' contains links that form a loop";
                }

                foreach (string part in Names(target))
                {
                    names.Push(part);
                }

                at = target.StartsWith('/') ? "/" : at;
                continue;
            }

            at = next;
            if (Fault(path, at, status, isLast: isFolder && names.Count == 0) is { } fault)
            {
                return fault;
            }

            if (secret && names.Count == 0 && (status.Mode & OthersRead) != 0)
            {
                return $"'{path}' can be read by every account of this machine ({Octal(status.Mode)}): chmod 600 {Quoted(at)}";
            }
        }

        return null;
    }

    private static string? Fault(string path, string at, PathStatus status, bool isLast)
    {
        if (!IsTrusted(status.User))
        {
            string owner = UnixUser.Own == 0 ? "root" : $"root (or {UnixUser.Own.ToString(CultureInfo.InvariantCulture)})";
            return $"{Named(path, at)} belongs to user {status.User}, who can change it; it must belong to {owner}: chown root {Quoted(at)}";
        }

        // In a folder like /tmp each entry is safe from all but its own owner, who is looked at in turn.
        if (status.Type == PathStatus.Folder && (status.Mode & UnixFileMode.StickyBit) != 0 && !isLast)
        {
            return null;
        }

        if ((status.Mode & UnixFileMode.OtherWrite) != 0)
        {
            return $"{Named(path, at)} can be written by every account of this machine ({Octal(status.Mode)}): chmod go-w {Quoted(at)}";
        }

        return (status.Mode & UnixFileMode.GroupWrite) != 0 && !UnixGroups.IsOfOneUser(status.Group, status.User, at)
            ? $"{Named(path, at)} can be written by group {status.Group} ({Octal(status.Mode)}): chmod g-w {Quoted(at)}"
            : null;
    }

    private static bool IsTrusted(uint user) => user == 0 || user == UnixUser.Own || user == Caller;

    private static string Named(string path, string at) => path == at ? $"'{path}'" : $"'{at}', on the way to '{path}',";

    private static string Octal(UnixFileMode mode) => "mode " + Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private static string Quoted(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // Last first: what is pushed in this order comes off first to last.
    private static IEnumerable<string> Names(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != ".").Reverse();

    // Who may become root is not kept out by a rule for root; root alone can set this for a process of root.
    private static uint? CallerOfSudo() =>
        UnixUser.Own == 0 && uint.TryParse(Environment.GetEnvironmentVariable("SUDO_UID"), NumberStyles.None, CultureInfo.InvariantCulture, out uint caller) ? caller : null;
}
