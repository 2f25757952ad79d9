using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Fuzz.Targets;

/// <summary>
/// An incident bundle: the first byte says whether the rest is the zip itself, or the texts of its parts, parted by a zero byte, which are packed and
/// signed here so that what is changed gets past the checksums.
/// </summary>
internal sealed class BundleTarget : IFuzzTarget
{
    private const long From = 1_700_000_000;
    private static readonly Guid Vm = new("11111111-0000-4000-8000-000000000001");

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-fuzz-bundle-").FullName;

    public string Name => "bundle";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "\0", "\n", "null", "[", "]", "{", "}", "\"second\":1700000001,", "\"series\":[", "\"values\":[1,2]", "\"host\":[", "\"guest\":[", "\"verdicts\":[", "\"clock\":[", "\"gaps\":[", "1700000001000000000",
            "9223372036854775807", "\"NaN\"", "11111111-0000-4000-8000-000000000001", "\\ud800", "\"processes\":[", "\"reads\":[", "\"said\":{", "1e308",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Seeds()
    {
        string[] parts = Parts();
        byte[] texts = Encoding.UTF8.GetBytes(string.Join('\0', parts));
        yield return [1, .. texts];
        yield return [0, .. Zip([.. parts.Select(Encoding.UTF8.GetBytes)])];
    }

    public async Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        if (input.IsEmpty)
        {
            return;
        }

        byte[] rest = input[1..].ToArray();
        byte[] zip = input.Span[0] % 2 == 0 ? rest : Zip(Split(rest));
        string file = Path.Combine(_folder, "input.hvi");
        await File.WriteAllBytesAsync(file, zip, cancellation);
        try
        {
            await using var reader = await BundleReader.OpenAsync(file, cancellation);
            await foreach (var second in reader.SecondsAsync(null, cancellation))
            {
                if (second.Values > BundleFormat.ValuesOfSecondMax)
                {
                    throw new InvalidOperationException("a second has more values than its bound");
                }
            }
        }
        catch (BundleException)
        {
            // Documented: file, part and remedy.
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // Manifest, inventory, rules, episodes, seconds.
    private static string[] Parts()
    {
        var manifest = new BundleManifest(BundleFormat.Version, "0.1.0", From, new SourceLabel("qemu", "live", null), new VmRef(Vm, "web-01"), From, From + 60, From, false, false, []);
        var inventory = new BundleInventory([new PartitionInfo(Vm, "web-01", PartitionState.Running, 1, null, null, null)], [Vm], new AgentView("connected", null, null, "0.1.0", null, null, null, null, null, null, [], new Dictionary<string, long>(), null));
        string first = $$$"""
            {"second":{{{From}}},"series":[{"metric":"{{{HostMetrics.VpRunTime.Name}}}","instance":"0","native":"x"},{"metric":"{{{GuestMetrics.CpuTime.Name}}}","instance":"user|0"}],"clock":[{"vm":"{{{Vm}}}","boot":"{{{Vm}}}","t1":{{{From}}}000000000,"t2":5,"t3":6,"t4":{{{From}}}000000009}],"host":[{"vm":"{{{Vm}}}","form":0,"startNs":{{{From}}}000000000,"endNs":{{{From}}}000000000,"series":[0],"values":[0.5]}],"guest":[{"vm":"{{{Vm}}}","boot":"{{{Vm}}}","sequence":7,"startNs":5,"reads":[{"startNs":5,"endNs":6,"series":[1],"values":[0.5]}],"processNs":5,"processes":[],"processesTotal":0}]}
            """;
        string second = $$$"""
            {"second":{{{From + 1}}},"verdicts":[{"vm":"{{{Vm}}}","said":{"second":{{{From + 1}}},"hasGuest":true,"hasHost":true,"signals":[],"hypothesis":"none","side":0,"probability":1,"title":"Nothing wrong","sentence":"web-01 is well.","whatHelps":"","episodeOnset":null,"severity":null}}],"gaps":[{"vm":"{{{Vm}}}","fromSecond":{{{From}}},"toSecond":{{{From + 1}}},"cause":"paused"}]}
            """;
        return [JsonSerializer.Serialize(manifest, BundleFormat.Json), JsonSerializer.Serialize(inventory, BundleFormat.Json), "{}", "[]", first.Trim() + "\n" + second.Trim() + "\n"];
    }

    private static List<byte[]> Split(byte[] texts)
    {
        var parts = new List<byte[]>();
        int from = 0;
        while (parts.Count < 4)
        {
            int end = Array.IndexOf(texts, (byte)0, from);
            if (end < 0)
            {
                break;
            }

            parts.Add(texts[from..end]);
            from = end + 1;
        }

        parts.Add(texts[from..]);
        return parts;
    }

    private static byte[] Zip(IReadOnlyList<byte[]> parts)
    {
        string[] names = [BundleFormat.Manifest, BundleFormat.Inventory, BundleFormat.Rules, BundleFormat.Episodes, BundleFormat.Seconds];
        byte[] At(int i) => i < parts.Count ? parts[i] : [];
        byte[] manifest = At(0);
        string sums = string.Join(',', Enumerable.Range(1, 4).Select(i => $$"""{"name":"{{names[i]}}","bytes":{{At(i).Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(At(i)))}}"}"""));
        manifest = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(manifest).Replace("\"parts\":[]", $"\"parts\":[{sums}]", StringComparison.Ordinal));
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < names.Length; i++)
            {
                using var part = zip.CreateEntry(names[i], CompressionLevel.NoCompression).Open();
                part.Write(i == 0 ? manifest : At(i));
            }
        }

        return stream.ToArray();
    }
}
