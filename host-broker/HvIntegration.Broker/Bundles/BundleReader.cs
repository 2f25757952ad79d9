using HvIntegration.Broker.Live;
using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using HvIntegration.Model;

namespace HvIntegration.Broker.Bundles;

/// <summary>Reads a bundle that may be damaged or made to harm: everything has a bound, nothing of it is a path, and every fault is a <see cref="BundleException"/>.</summary>
internal sealed class BundleReader : IAsyncDisposable
{
    private const string FetchAgain = "Fetch or write it again. No part of a damaged bundle is used.";
    private const int BufferBytes = 1 << 16;

    private readonly string _file;
    private readonly FileStream _stream;
    private readonly ZipArchive _zip;

    private BundleReader(string file, FileStream stream, ZipArchive zip)
    {
        _file = file;
        _stream = stream;
        _zip = zip;
    }

    /// <summary>What the bundle says it is.</summary>
    public BundleManifest Manifest { get; private set; } = null!;

    /// <summary>The VMs of the host.</summary>
    public BundleInventory Inventory { get; private set; } = null!;

    /// <summary>Limits and windows when it was written.</summary>
    public JsonElement Rules { get; private set; }

    /// <summary>Episodes as they were told.</summary>
    public IReadOnlyList<BundleEpisode> Episodes { get; private set; } = [];

    /// <summary>Unpacked bytes of the long part.</summary>
    public long SecondsBytes => Manifest.Parts.Single(p => p.Name == BundleFormat.Seconds).Bytes;

    /// <summary>Opens a bundle, checks every part's length and sum, and reads all but the seconds.</summary>
    /// <exception cref="BundleException">It cannot be used.</exception>
    public static async Task<BundleReader> OpenAsync(string file, CancellationToken cancellation)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true);
            var zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellation);
            var reader = new BundleReader(file, stream, zip);
            await reader.ReadAsync(cancellation);
            return reader;
        }
        catch (Exception e)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            throw e switch
            {
                InvalidDataException or EndOfStreamException or OverflowException or ArgumentException or NotSupportedException =>
                    new BundleException($"'{file}' is not a complete bundle: {e.Message} {FetchAgain}", e),
                IOException or UnauthorizedAccessException => new BundleException($"'{file}' cannot be read: {e.Message}", e),
                _ => e,
            };
        }
    }

    /// <summary>Reads the seconds, checked, in the order of the file.</summary>
    /// <param name="progress">Told the bytes that are read; null for nobody.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="BundleException">A row cannot be used.</exception>
    public async IAsyncEnumerable<BundleSecond> SecondsAsync(IProgress<long>? progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var check = new BundleRows(Manifest, Inventory);
        await using var lines = new BoundedLines(await OpenPartAsync(BundleFormat.Seconds, cancellation));
        long number = 0;
        while (await Guarded(BundleFormat.Seconds, () => lines.NextAsync(cancellation)) is { } line)
        {
            number++;
            BundleSecond second;
            try
            {
                second = check.Take(JsonSerializer.Deserialize<BundleLine>(line.Span, BundleFormat.Json) ?? throw new FormatException("it is empty.")) with { Bytes = line.Length };
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
            {
                throw Fault(BundleFormat.Seconds, $"line {number} is malformed: {e.Message}", e);
            }

            progress?.Report(lines.Bytes);
            yield return second;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _zip.DisposeAsync();
        await _stream.DisposeAsync();
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var unknown = _zip.Entries.FirstOrDefault(e => e.FullName != BundleFormat.Manifest && !BundleFormat.Parts.ContainsKey(e.FullName));
        if (unknown is not null)
        {
            throw Fault(Shown(unknown.FullName), "it is not a part of a bundle.");
        }

        if (_zip.Entries.Select(e => e.FullName).Distinct(StringComparer.Ordinal).Count() != _zip.Entries.Count)
        {
            throw new BundleException($"'{_file}' contains a part twice. {FetchAgain}");
        }

        Manifest = await ReadPartAsync<BundleManifest>(BundleFormat.Manifest, BundleFormat.ManifestBytesMax, cancellation);
        CheckManifest();
        foreach (var part in Manifest.Parts)
        {
            await CheckPartAsync(part, cancellation);
        }

        Inventory = await ReadPartAsync<BundleInventory>(BundleFormat.Inventory, BundleFormat.Parts[BundleFormat.Inventory], cancellation);
        CheckInventory();
        Rules = await ReadPartAsync<JsonElement>(BundleFormat.Rules, BundleFormat.Parts[BundleFormat.Rules], cancellation);
        Episodes = await ReadPartAsync<List<BundleEpisode>>(BundleFormat.Episodes, BundleFormat.Parts[BundleFormat.Episodes], cancellation);
        if (Episodes.Any(e => e is null || !EpisodeKey.TryParse(e.Episode.Id, out _) || e.Verdict is { } v && (v.For.Contains(null!) || v.Against.Contains(null!) || v.Culprits.Contains(null!) || v.NotMeasured.Contains(null!)))
            || !Episodes.All(e => StatementCheck.IsSound(e.Episode.Statement) && StatementCheck.IsSound(e.Verdict?.Statement)
                && (e.Verdict is null || e.Verdict.For.Concat(e.Verdict.Against).All(x => StatementCheck.IsSound(x.Fact)))))
        {
            throw Fault(BundleFormat.Episodes, "an episode is malformed.");
        }
    }

    private void CheckManifest()
    {
        if (Manifest.Format != BundleFormat.Version)
        {
            throw new BundleException(
                $"'{_file}', part {BundleFormat.Manifest}: format {Manifest.Format} of hvi {Shown(Manifest.Version)}; this hvi reads format {BundleFormat.Version}. Open it with the version of hvi that wrote it, or a newer one.");
        }

        const long SecondMax = 1L << 33;
        if (Manifest.FromSecond < 0 || Manifest.ToSecond <= Manifest.FromSecond || Manifest.ToSecond > SecondMax || Manifest.ToSecond - Manifest.FromSecond > BundleFormat.RangeSecondsMax
            || Manifest.LeadSecond > Manifest.FromSecond || Manifest.LeadSecond < Manifest.FromSecond - BundleFormat.LeadSeconds)
        {
            throw Fault(BundleFormat.Manifest, "fromSecond, toSecond and leadSecond are not a valid time range of a bundle.");
        }

        if (Manifest.Vm.Name.Length > BundleFormat.TextMax || Manifest.Source.Origin is not ("live" or "replayed" or "simulated"))
        {
            throw Fault(BundleFormat.Manifest, "vm or source is malformed.");
        }

        if (Manifest.Parts.Contains(null!) || !Manifest.Parts.Select(p => p.Name).Order(StringComparer.Ordinal).SequenceEqual(BundleFormat.Parts.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            throw Fault(BundleFormat.Manifest, $"it does not list each of {string.Join(", ", BundleFormat.Parts.Keys)} once.");
        }

        foreach (var part in Manifest.Parts.Where(p => p.Bytes < 0 || p.Bytes > BundleFormat.Parts[p.Name]))
        {
            throw Fault(part.Name, $"its length is {part.Bytes} bytes; the maximum is {BundleFormat.Parts[part.Name]}.");
        }
    }

    private void CheckInventory()
    {
        var partitions = Inventory.Partitions;
        if (partitions.Count > BundleFormat.PartitionsMax || partitions.Any(p => p is null || p.Id == Guid.Empty || p.Name.Length > BundleFormat.TextMax || !Enum.IsDefined(p.State))
            || partitions.DistinctBy(p => p.Id).Count() != partitions.Count)
        {
            throw Fault(BundleFormat.Inventory, $"it must list at most {BundleFormat.PartitionsMax} VMs, each once and with a name.");
        }

        var known = partitions.Select(p => p.Id).ToHashSet();
        if (!known.Contains(Manifest.Vm.Id) || !Inventory.Insides.All(known.Contains))
        {
            throw Fault(BundleFormat.Inventory, "the VM of the bundle is not in it.");
        }
    }

    private async Task CheckPartAsync(BundlePart part, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = await OpenPartAsync(part.Name, cancellation);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long bytes = 0;
            int read;
            while ((read = await Guarded(part.Name, async () => await stream.ReadAsync(buffer, cancellation))) > 0)
            {
                bytes += read;
                if (bytes > part.Bytes)
                {
                    throw Fault(part.Name, $"it unpacks to more than the {part.Bytes} bytes in {BundleFormat.Manifest}.");
                }

                hash.AppendData(buffer, 0, read);
            }

            if (bytes != part.Bytes || !Convert.ToHexStringLower(hash.GetHashAndReset()).Equals(part.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw Fault(part.Name, $"its checksum differs from the one in {BundleFormat.Manifest}: it was changed or damaged.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<T> ReadPartAsync<T>(string name, long bytesMax, CancellationToken cancellation)
    {
        await using var stream = await OpenPartAsync(name, cancellation);
        using var whole = new MemoryStream();
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await Guarded(name, async () => await stream.ReadAsync(buffer, cancellation))) > 0)
        {
            whole.Write(buffer, 0, read);
            if (whole.Length > bytesMax)
            {
                throw Fault(name, $"it unpacks to more than {bytesMax} bytes.");
            }
        }

        try
        {
            return JsonSerializer.Deserialize<T>(whole.GetBuffer().AsSpan(0, (int)whole.Length), BundleFormat.Json) ?? throw new JsonException("it is empty.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw Fault(name, $"it is malformed: {e.Message}", e);
        }
    }

    private async Task<Stream> OpenPartAsync(string name, CancellationToken cancellation)
    {
        var entry = _zip.GetEntry(name) ?? throw Fault(name, "it is missing.");
        return await Guarded(name, () => entry.OpenAsync(cancellation));
    }

    // The packed bytes may be anything; what the unpacker then says is about this part.
    private async Task<T> Guarded<T>(string part, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or OverflowException or FormatException)
        {
            throw Fault(part, $"it cannot be unpacked: {e.Message}", e);
        }
    }

    private BundleException Fault(string part, string what, Exception? inner = null) => new($"'{_file}', part {part}: {what} {FetchAgain}", inner);

    private static string Shown(string text)
    {
        const int Max = 80;
        return ForeignText.OneLine(text, Max);
    }
}
