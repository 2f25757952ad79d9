using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace HvIntegration.Broker.Bundles;

/// <summary>Writes one part into a zip and tells its length and sum.</summary>
internal sealed class PartWriter : IAsyncDisposable
{
    private readonly string _name;
    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;

    private PartWriter(string name, Stream stream)
    {
        _name = name;
        _stream = stream;
    }

    /// <summary>Begins a part; the one before must be closed.</summary>
    public static async Task<PartWriter> OpenAsync(ZipArchive zip, string name, CancellationToken cancellation) =>
        new(name, await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellation));

    /// <summary>Writes a part that is one JSON document.</summary>
    public static async Task<BundlePart> WriteAsync<T>(ZipArchive zip, string name, T value, CancellationToken cancellation)
    {
        await using var part = await OpenAsync(zip, name, cancellation);
        await part.WriteAsync(value, cancellation);
        return part.Finish();
    }

    /// <summary>Writes one JSON document and ends the line.</summary>
    public async Task WriteAsync<T>(T value, CancellationToken cancellation)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(value, BundleFormat.Json), (byte)'\n'];
        _hash.AppendData(bytes);
        _bytes += bytes.Length;
        await _stream.WriteAsync(bytes, cancellation);
    }

    /// <summary>Length and checksum of the written part.</summary>
    public BundlePart Finish() => new(_name, _bytes, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _stream.DisposeAsync();
    }
}
