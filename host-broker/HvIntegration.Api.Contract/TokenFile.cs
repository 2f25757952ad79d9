using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Cryptography;
using HvIntegration.Transport.Files;

namespace HvIntegration.Api.Contract;

/// <summary>The file whose first line is the API's token.</summary>
public static class TokenFile
{
    private const int TokenMin = 32;
    private const int RandomBytes = 48;
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <summary>Most characters of a token.</summary>
    public const int TokenMax = 512;

    /// <summary>Where a broker that asks for a token keeps the one it made itself.</summary>
    public static string Default { get; } = OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HvIntegration", "api-token")
        : "/var/lib/hvintegration/api-token";

    /// <summary>Reads it for the broker, which believes only a file that no other user can read or change.</summary>
    /// <exception cref="FormatException">It cannot be used; the message names the file and the remedy.</exception>
    public static string ReadAsBroker(string file) =>
        TrustedFile.Fault(file, secret: true) is { } fault ? throw new FormatException($"Api:TokenFile: {fault}") : ReadAsCaller(file);

    /// <summary>Reads it for a command that asks a broker.</summary>
    /// <exception cref="FormatException">It cannot be used; the message names the file and the remedy.</exception>
    public static string ReadAsCaller(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0)
            {
                throw new FormatException($"Api:TokenFile '{file}' can be read by every account of this machine. Set its mode with chmod 600");
            }

            string token = FirstLine(file);
            return token.Length is >= TokenMin and <= TokenMax
                ? token
                : throw new FormatException($"Api:TokenFile '{file}' has a token of {token.Length} characters in its first line; use {TokenMin} to {TokenMax} characters");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"Api:TokenFile '{file}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Makes a token where there is none.</summary>
    /// <exception cref="FormatException">The file cannot be made.</exception>
    public static void Make(string file)
    {
        if (File.Exists(file))
        {
            return;
        }

        try
        {
            if (TrustedFile.PlaceFault(file) is { } fault)
            {
                throw new FormatException($"Api:TokenFile: {fault}");
            }

            using var writer = new StreamWriter(OperatingSystem.IsWindows() ? CreateOnWindows(file) : CreateOnUnix(file));
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(RandomBytes)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"Api:RequireToken is true, and no token can be created at '{file}': {e.Message} Create its folder, or set Api:TokenFile to a file", e);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static FileStream CreateOnUnix(string file) =>
        new(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerAndGroup });

    // Its own list, whatever the folder hands down: administrators, the system and the account that made it.
    [SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string file)
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var who in WindowsAccounts.Trusted)
        {
            security.AddAccessRule(new FileSystemAccessRule(who, FileSystemRights.FullControl, AccessControlType.Allow));
        }

        return new FileInfo(file).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.None, 4_096, FileOptions.None, security);
    }

    /// <summary>First line of a file, without blanks around it.</summary>
    public static string FirstLine(string file)
    {
        using var reader = new StreamReader(file);
        return (reader.ReadLine() ?? "").Trim();
    }
}
