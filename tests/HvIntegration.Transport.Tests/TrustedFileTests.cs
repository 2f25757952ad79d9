using System.Diagnostics;
using HvIntegration.Transport.Files;

namespace HvIntegration.Transport.Tests;

/// <summary>What ordinary users can change is not believed, wherever on the way it is.</summary>
public sealed class TrustedFileTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly TemporaryFolder _folder = new();

    private string Settings => Path.Combine(_folder.Path, "etc", "broker.json");

    public TrustedFileTests()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Settings)!);
        File.WriteAllText(Settings, "{}");
        Mode(Settings, 0x1A4 /* 0644 */);
    }

    [Fact]
    public void OwnFile_BelowAFolderLikeTmp_IsBelieved()
    {
        Assert.Null(TrustedFile.Fault(Settings));
        Assert.Null(TrustedFile.FolderFault(Path.Combine(_folder.Path, "history", "not", "yet")));
    }

    [Fact]
    public void AbsentFile_IsNoFault() => Assert.Null(TrustedFile.Fault(Path.Combine(_folder.Path, "none.json")));

    [Fact]
    public void FileWrittenByAll_IsRefusedWithTheRemedy()
    {
        OnLinux();
        Mode(Settings, 0x1B6 /* 0666 */);

        Assert.Equal($"'{Settings}' can be written by every account of this machine (mode 0666): chmod go-w {Settings}", TrustedFile.Fault(Settings));
        Mended(TrustedFile.Fault(Settings)!);
    }

    [Fact]
    public void FolderWrittenByAll_IsRefusedAtTheFolder()
    {
        OnLinux();
        string folder = Path.GetDirectoryName(Settings)!;
        Mode(folder, 0x1FF /* 0777 */);

        Assert.Contains($"'{folder}', on the way to '{Settings}', can be written by every account", TrustedFile.Fault(Settings), StringComparison.Ordinal);
        Assert.NotNull(TrustedFile.Fault(Path.Combine(folder, "none.json")) ?? TrustedFile.FolderFault(Path.Combine(folder, "history")));
        Mended(TrustedFile.Fault(Settings)!);
    }

    [Fact]
    public void History_InAFolderWhereAllMakeFiles_IsRefusedThoughItIsSticky()
    {
        OnLinux();
        string folder = Path.GetDirectoryName(Settings)!;
        Mode(folder, 0x3FF /* 1777 */);

        Assert.Null(TrustedFile.FolderFault(Path.Combine(folder, "history")));
        Assert.NotNull(TrustedFile.FolderFault(folder));
    }

    [Theory]
    [InlineData(0x180 /* 0600 */, false)]
    [InlineData(0x1A0 /* 0640 */, false)]
    [InlineData(0x1A4 /* 0644 */, true)]
    public void Secret_ThatAllCanRead_IsRefused(int mode, bool refused)
    {
        OnLinux();
        Mode(Settings, mode);

        Assert.Equal(refused, TrustedFile.Fault(Settings, secret: true) is not null);
        Assert.Null(TrustedFile.Fault(Settings));
        if (refused)
        {
            Assert.Contains("chmod 600", TrustedFile.Fault(Settings, secret: true), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FileOfAnotherUser_IsRefused()
    {
        AsRoot();
        Shell("chown", Nobody, Settings);

        Assert.Contains($"belongs to user {Nobody}", TrustedFile.Fault(Settings), StringComparison.Ordinal);
        Mended(TrustedFile.Fault(Settings)!);
    }

    [Fact]
    public void FolderOfAnotherUser_IsRefused()
    {
        AsRoot();
        Shell("chown", Nobody, Path.GetDirectoryName(Settings)!);

        Assert.Contains($"belongs to user {Nobody}", TrustedFile.Fault(Settings), StringComparison.Ordinal);
    }

    [Fact]
    public void FileWrittenByAGroupOfOthers_IsRefused()
    {
        AsRoot();
        Shell("chgrp", Nobody, Settings);
        Mode(Settings, 0x1B4 /* 0664 */);

        Assert.Contains($"can be written by group {Nobody}", TrustedFile.Fault(Settings), StringComparison.Ordinal);
        Mended(TrustedFile.Fault(Settings)!);
    }

    [Fact]
    public void Link_IsFollowedWhereOnlyRootCanPointIt()
    {
        AsRoot();
        string link = Path.Combine(_folder.Path, "link.json");
        File.CreateSymbolicLink(link, "etc/broker.json");
        Assert.Null(TrustedFile.Fault(link));

        Shell("chown", "-h", Nobody, link);
        Assert.Contains($"is a link of user {Nobody}", TrustedFile.Fault(link), StringComparison.Ordinal);
    }

    [Fact]
    public void Link_ToWhatAllCanWrite_IsRefusedAtItsTarget()
    {
        OnLinux();
        string link = Path.Combine(_folder.Path, "link.json");
        File.CreateSymbolicLink(link, Settings);
        Mode(Settings, 0x1B6 /* 0666 */);

        Assert.Contains($"'{Settings}', on the way to '{link}',", TrustedFile.Fault(link), StringComparison.Ordinal);
    }

    [Fact]
    public void LinksInACircle_AreRefused()
    {
        OnLinux();
        string link = Path.Combine(_folder.Path, "a");
        File.CreateSymbolicLink(link, "a");

        Assert.Contains("that form a loop", TrustedFile.Fault(link), StringComparison.Ordinal);
    }

    [Fact]
    public void Stamp_ReplacedFile_IsAnother()
    {
        string before = TrustedFile.Stamp(Settings);
        File.WriteAllText(Settings + ".new", "{}");
        File.Move(Settings + ".new", Settings, overwrite: true);

        Assert.NotEqual(before, TrustedFile.Stamp(Settings));
        Assert.Empty(TrustedFile.Stamp(Path.Combine(_folder.Path, "none.json")));
    }

    public void Dispose() => _folder.Dispose();

    private static void OnLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows has access lists instead of modes");

    private static void AsRoot() => Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root gives files away");

    private static void Mode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }
    }

    // The command at the end of the sentence mends it, as it stands there.
    private void Mended(string sentence)
    {
        Shell("sh", "-c", sentence[(sentence.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]);
        Assert.Null(TrustedFile.Fault(Settings));
    }

    private static void Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
