namespace HvIntegration.HostBroker.Tests.CounterSources.LinuxHost;

/// <summary>A short path of its own (Unix sockets allow 107 bytes), removed at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("hvi").FullName;

    public string Path { get; }

    public string File(string relative, string text)
    {
        string path = System.IO.Path.Join(Path, relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Link(string relative, string target)
    {
        string path = System.IO.Path.Join(Path, relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.CreateSymbolicLink(path, target);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
