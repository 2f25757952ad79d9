using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Tests.Linux;

/// <summary>A folder that stands for a guest's <c>/</c>: a copy of a recorded one, or an empty one.</summary>
internal sealed class GuestTree : IDisposable
{
    private GuestTree(string path)
    {
        Path = path;
        Root = new GuestRoot(path);
    }

    public string Path { get; }

    public GuestRoot Root { get; }

    /// <summary>A copy, so that a test may change files.</summary>
    public static GuestTree Of(string kernel)
    {
        var tree = Empty();
        var source = Fixture(kernel);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Join(tree.Path, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return tree;
    }

    public static GuestTree Empty() => new(Directory.CreateTempSubdirectory("hvi-guest-").FullName);

    /// <summary>Folder of a recorded guest.</summary>
    public static string Fixture(string kernel)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Join(folder.FullName, "tests", "fixtures", "guest", "linux", kernel);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"tests/fixtures/guest/linux/{kernel}");
    }

    public void Write(string path, string text)
    {
        var target = System.IO.Path.Join(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        // In place: collectors keep their descriptors, and procfs never replaces a file either.
        using var stream = new FileStream(target, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(0);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public void Dispose() => Directory.Delete(Path, true);
}

/// <summary>Looks into the slots as the encoder would.</summary>
internal static class SeriesLookup
{
    public static long? Value(this CollectorSeries series, MetricDefinition metric, params string[] attributes)
    {
        for (var slot = 0; slot < series.SlotCount; slot++)
        {
            if (series.Identity(slot) is { } identity && identity.Metric == metric && identity.Attributes.SequenceEqual(attributes))
            {
                return series.Values[slot];
            }
        }

        return null;
    }

    public static string[] Devices(this CollectorSeries series, MetricDefinition metric) =>
    [
        .. Enumerable.Range(0, series.SlotCount).Select(series.Identity).OfType<SeriesIdentity>()
            .Where(identity => identity.Metric == metric).Select(identity => identity.Attributes[0]).Distinct().Order(StringComparer.Ordinal),
    ];
}
