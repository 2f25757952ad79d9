using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HvIntegration.Transport.Files;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>Reads <c>agent.json</c>: one flat object; comments and a trailing comma are allowed.</summary>
internal static class OptionsFile
{
    private const int BytesMax = 64 * 1024;

    /// <summary>Where the file is looked for unless <c>--config</c> says otherwise.</summary>
    public static string DefaultPath => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "HvIntegration", "agent.json")
        : "/etc/hvintegration/agent.json";

    /// <summary>Reads the settings of a file; faults are added, not thrown.</summary>
    /// <param name="path">File.</param>
    /// <param name="mustExist">False for the default path.</param>
    /// <param name="faults">Takes one sentence for each fault.</param>
    public static IReadOnlyList<OptionSetting> Read(string path, bool mustExist, List<string> faults)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists && !mustExist)
            {
                return [];
            }

            if (file.Length > BytesMax)
            {
                faults.Add($"{path}: the file has {file.Length} bytes, the limit is {BytesMax}; check that this is the options file");
                return [];
            }

            // The agent has more rights than who uses the guest: what any of them could write, it does not do.
            if (TrustedFile.Fault(path) is { } fault)
            {
                faults.Add(fault);
                return [];
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path}: {e.Message}");
            return [];
        }

        return Parse(bytes, path, faults);
    }

    /// <summary>Reads the settings of a text; pure.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="path">For messages.</param>
    /// <param name="faults">Takes one sentence for each fault.</param>
    public static IReadOnlyList<OptionSetting> Parse(ReadOnlySpan<byte> utf8, string path, List<string> faults)
    {
        var settings = new List<OptionSetting>();
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[3..];
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 4 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                faults.Add($"{path}, line 1: use an object such as {{ \"interval-ms\": 1000 }}");
                return settings;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string where = string.Create(CultureInfo.InvariantCulture, $"{path}, line {LineOf(utf8, (int)reader.TokenStartIndex)}");
                string name = reader.GetString()!;
                reader.Read();
                if (ReadValue(ref reader) is { } value)
                {
                    settings.Add(new OptionSetting(name, value, where));
                }
                else
                {
                    faults.Add($"{where}: {name}: use a text, a number, true, false or a list of texts");
                }
            }

            while (reader.Read())
            {
                // What follows the object is checked by the reader.
            }
        }
        catch (InvalidOperationException)
        {
            // The reader checks the bytes of a text only when it is asked for it.
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}, line {LineOf(utf8, IndexOfInvalid(utf8))}: not UTF-8; save the file as UTF-8"));
        }
        catch (JsonException e)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}, line {(e.LineNumber ?? 0) + 1}: not valid JSON: {FirstSentence(e.Message)}"));
        }

        return settings;
    }

    private static string? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            case JsonTokenType.StartArray:
                return ReadList(ref reader);
            default:
                reader.Skip();
                return null;
        }
    }

    private static string? ReadList(ref Utf8JsonReader reader)
    {
        var items = new List<string>();
        bool good = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                items.Add(reader.GetString()!);
            }
            else
            {
                good = false;
                reader.Skip();
            }
        }

        return good ? string.Join(',', items) : null;
    }

    private static int LineOf(ReadOnlySpan<byte> utf8, int index) => utf8[..index].Count((byte)'\n') + 1;

    private static int IndexOfInvalid(ReadOnlySpan<byte> utf8)
    {
        int index = 0;
        while (index < utf8.Length && Rune.DecodeFromUtf8(utf8[index..], out _, out int used) == OperationStatus.Done)
        {
            index += used;
        }

        return index;
    }

    private static string FirstSentence(string message)
    {
        int path = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return path > 0 ? message[..path].TrimEnd() : message;
    }
}
