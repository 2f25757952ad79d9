using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HvIntegration.HostBroker.Settings;

/// <summary>Reads a settings file: one JSON object; comments and trailing commas are allowed.</summary>
internal static class SettingFile
{
    // A Utf8JsonReader reports a deeper file as a fault of its own.
    private const int DepthMax = 16;

    /// <summary>Settings of a file, in its order.</summary>
    /// <param name="path">Path of the settings file.</param>
    /// <param name="mustExist">False for a file that may be absent.</param>
    /// <param name="faults">Takes one sentence for each fault.</param>
    public static IReadOnlyList<GivenSetting> Read(string path, bool mustExist, List<string> faults)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path, faults);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (mustExist)
            {
                faults.Add($"{path}: the file does not exist");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path}: {e.Message}");
        }

        return [];
    }

    /// <summary>Settings of a text; pure.</summary>
    /// <param name="utf8">Content of the file, UTF-8.</param>
    /// <param name="path">Path for the messages.</param>
    /// <param name="faults">Takes one sentence for each fault.</param>
    public static IReadOnlyList<GivenSetting> Parse(ReadOnlySpan<byte> utf8, string path, List<string> faults)
    {
        var given = new List<GivenSetting>();
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[3..];
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = DepthMax });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                faults.Add($$"""{{path}}, line 1: use an object such as { "Source": "qemu" }""");
                return given;
            }

            Object(ref reader, utf8, path, "", given);
            while (reader.Read())
            {
                // What follows the object is checked by the reader.
            }
        }
        catch (JsonException e)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}, line {(e.LineNumber ?? 0) + 1}: not valid JSON: {FirstSentence(e.Message)}"));
        }
        catch (InvalidOperationException)
        {
            // The reader checks the bytes of a text only when it is asked for it.
            faults.Add($"{path}: not UTF-8; save the file as UTF-8");
        }

        var lines = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in given.Where(s => s.Value is not null))
        {
            if (!lines.TryAdd(setting.Key, setting.Where))
            {
                faults.Add($"{setting.Where}: {setting.Key} is set twice, first in {lines[setting.Key]}; remove one");
            }
        }

        return given;
    }

    // The reader stands on the object's start; afterwards it stands on its end.
    private static void Object(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path, string prefix, List<GivenSetting> given)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string where = Where(path, utf8, reader.TokenStartIndex);
            string key = prefix + reader.GetString();
            reader.Read();
            Value(ref reader, utf8, path, key, where, given);
        }
    }

    private static void Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path, string key, string where, List<GivenSetting> given)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                // A section's name may be wrong itself: its own line comes before those in it.
                given.Add(new GivenSetting(key, null, SettingPlace.File, where));
                Object(ref reader, utf8, path, key + ":", given);
                break;
            case JsonTokenType.StartArray:
                given.Add(new GivenSetting(key, null, SettingPlace.File, where));
                for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    Value(ref reader, utf8, path, string.Create(CultureInfo.InvariantCulture, $"{key}:{i}"), Where(path, utf8, reader.TokenStartIndex), given);
                }

                break;
            default:
                string? text = reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString(),
                    JsonTokenType.True => "true",
                    JsonTokenType.False => "false",
                    JsonTokenType.Null => null,
                    _ => Encoding.UTF8.GetString(reader.ValueSpan),
                };
                given.Add(new GivenSetting(key, text, SettingPlace.File, where));
                break;
        }
    }

    private static string Where(string path, ReadOnlySpan<byte> utf8, long index) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}, line {utf8[..(int)index].Count((byte)'\n') + 1}");

    private static string FirstSentence(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place > 0 ? message[..place].TrimEnd() : message;
    }
}
