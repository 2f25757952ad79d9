using System.Globalization;
using HvIntegration.Protocol.Text;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>What the command line of a QEMU process says of its VM: for managers that keep no better file.</summary>
/// <remarks>Options of QEMU are <c>key=value</c> with commas between them; a comma in a value is written twice.</remarks>
internal sealed class QemuCommandLine
{
    private const int NameBytesMax = 128;
    private const int ArgumentsMax = 8192;

    private QemuCommandLine()
    {
    }

    /// <summary>Option <c>-name</c>; null without it.</summary>
    public string? Name { get; private set; }

    /// <summary>Option <c>-uuid</c>, else that of <c>-smbios type=1</c>; <see cref="Guid.Empty"/> without both.</summary>
    public Guid Uuid { get; private set; }

    /// <summary>Option <c>-m</c>; null without it.</summary>
    public double? MemoryBytes { get; private set; }

    /// <summary>Reads the text of <c>/proc/PID/cmdline</c>; any text is safe.</summary>
    public static QemuCommandLine Parse(string text)
    {
        var line = new QemuCommandLine();
        string[] arguments = text.Split('\0', ArgumentsMax);
        for (int i = 0; i + 1 < arguments.Length; i++)
        {
            line.Take(arguments[i], arguments[i + 1]);
        }

        return line;
    }

    private void Take(string option, string value)
    {
        switch (option)
        {
            case "-name":
                var name = Options(value);
                Name = SafeText.Of(name.GetValueOrDefault("guest") ?? name.GetValueOrDefault("") ?? "", NameBytesMax) is { Length: > 0 } known ? known : null;
                break;
            case "-uuid" when Guid.TryParse(value, out var id):
                Uuid = id;
                break;
            case "-smbios" when Uuid == Guid.Empty && Options(value) is var fields && fields.GetValueOrDefault("type") == "1":
                Uuid = Guid.TryParse(fields.GetValueOrDefault("uuid"), out var id1) ? id1 : Guid.Empty;
                break;
            case "-m":
                var memory = Options(value);
                MemoryBytes = Size(memory.GetValueOrDefault("size") ?? memory.GetValueOrDefault("") ?? "");
                break;
            default:
                break;
        }
    }

    // The first part may have no key: it is that of the option itself.
    private static Dictionary<string, string> Options(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in text.Replace(",,", "\u0001", StringComparison.Ordinal).Split(','))
        {
            string whole = part.Replace('\u0001', ',');
            int equals = whole.IndexOf('=', StringComparison.Ordinal);
            found[equals < 0 ? (found.Count == 0 ? "" : whole) : whole[..equals]] = equals < 0 ? whole : whole[(equals + 1)..];
        }

        return found;
    }

    // A number without a unit is MiB.
    private static double? Size(string text)
    {
        double unit = text.Length > 0 ? char.ToUpperInvariant(text[^1]) switch { 'K' => 1 << 10, 'G' => 1 << 30, 'T' => 1L << 40, _ => 1 << 20 } : 0;
        return long.TryParse(text.AsSpan().TrimEnd("kKmMgGtT"), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            && value * unit is > 0 and <= 1L << 60 and var bytes ? bytes : null;
    }
}
