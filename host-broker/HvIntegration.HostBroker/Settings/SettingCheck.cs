using System.Globalization;
using HvIntegration.Protocol.Text;

namespace HvIntegration.HostBroker.Settings;

/// <summary>Tells settings that can be taken from those whose name or form is wrong, and says of each wrong one what would be right.</summary>
/// <param name="root">What may be set.</param>
/// <param name="environmentPrefix">Prefix of environment variables, for advice in their form.</param>
internal sealed class SettingCheck(SettingNode root, string environmentPrefix)
{
    private const int NamesSaid = 12;
    private const int ValueBytesMax = 200;

    /// <summary>Separates valid settings from faults.</summary>
    /// <param name="given">Settings of all places.</param>
    /// <param name="faults">Takes one sentence for each fault.</param>
    /// <returns>Those that can be taken, in the same order.</returns>
    public IReadOnlyList<GivenSetting> Take(IEnumerable<GivenSetting> given, List<string> faults)
    {
        var good = new List<GivenSetting>();
        var said = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in given)
        {
            var (fault, at) = Fault(setting);
            if (fault is null)
            {
                good.Add(setting);
            }
            else if (setting.Place != SettingPlace.File || said.Add(at))
            {
                // Of a section that does not exist, each setting in the file would say the same.
                faults.Add(fault);
            }
        }

        return good;
    }

    // What is wrong, null when nothing is; and the part of the key that is wrong.
    private (string? Fault, string At) Fault(GivenSetting setting)
    {
        string[] names = setting.Key.Split(':');
        var at = root;
        for (int i = 0; i < names.Length; i++)
        {
            if (at.Find(names[i]) is { } below)
            {
                names[i] = at.Spelling(names[i]);
                at = below;
                continue;
            }

            string above = string.Join(':', names[..i]);
            return at.IsSection && !(i > 0 && int.TryParse(names[i], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? (Unknown(setting, names, i, at), string.Join(':', names[..(i + 1)]))
                : ($"{setting.Where}: {above}: {Form(at, names[..i], setting.Place)}", above);
        }

        // An object's own line sets nothing, and neither does null.
        string key = string.Join(':', names);
        return setting.Value is null || at.Fault(setting.Value) is not { } needed ? (null, key)
            : at.IsSection || at.IsList || at.IsMap ? ($"{setting.Where}: {key}: {Form(at, names, setting.Place)}", key)
            : ($"{setting.Where}: {key} is '{SafeText.Of(setting.Value, ValueBytesMax)}': {needed}", key);
    }

    // What is needed at a place, and how it is written there.
    private string Form(SettingNode node, string[] names, SettingPlace place)
    {
        if (!node.IsList && !node.IsMap && !node.IsSection)
        {
            return node.Needed;
        }

        string example = node.IsList ? "0" : node.IsMap ? "NAME" : node.Names.First();
        return place != SettingPlace.File ? $"{node.Needed}, such as {Spelled([.. names, example], place)}"
            : node.IsList ? $"{node.Needed}, such as \"{names[^1]}\": [ ... ]"
            : $"{node.Needed}, such as \"{names[^1]}\": {{ \"{example}\": ... }}";
    }

    private string Unknown(GivenSetting setting, string[] names, int at, SettingNode section)
    {
        string wrong = string.Join(':', names[..(at + 1)]);
        string fault = $"{setting.Where}: unknown setting {SafeText.Of(wrong, ValueBytesMax)}; ";
        string[] before = names[..at];

        // In the same section first; then the same name in another one; then a similar name in another one.
        if (NearestName.Of(names[at], section.Names) is { } near)
        {
            // A file has its sections on lines of their own; elsewhere the whole name is written at once.
            string[] whole = [.. before, near, .. names[(at + 1)..]];
            return fault + $"did you mean {Spelled(setting.Place != SettingPlace.File && Exists(whole) ? whole : [.. before, near], setting.Place)}?";
        }

        var others = Places(root, []).ToList();
        string last = names[^1];
        string? nearest = NearestName.Of(last, others.Select(o => o[^1]));
        if (others.Find(o => o[^1].Equals(nearest, StringComparison.OrdinalIgnoreCase)) is { } elsewhere)
        {
            return fault + $"did you mean {Spelled(elsewhere, setting.Place)}?";
        }

        string shown = string.Join(", ", section.Names.Order(StringComparer.Ordinal).Take(NamesSaid));
        string more = section.Names.Count > NamesSaid ? $" and {section.Names.Count - NamesSaid} more" : "";
        return fault + $"valid settings{(at == 0 ? "" : $" of {string.Join(':', before)}")}: {shown}{more}";
    }

    private bool Exists(string[] names)
    {
        var at = root;
        foreach (string name in names)
        {
            if (at.Find(name) is not { } below)
            {
                return false;
            }

            at = below;
        }

        return true;
    }

    // Every section and setting with a name of its own, those near the top first.
    private static IEnumerable<string[]> Places(SettingNode node, string[] above)
    {
        foreach (string name in node.Names)
        {
            yield return [.. above, name];
        }

        foreach (string name in node.Names)
        {
            foreach (var below in Places(node.Find(name)!, [.. above, name]))
            {
                yield return below;
            }
        }
    }

    private string Spelled(string[] names, SettingPlace place) => place switch
    {
        SettingPlace.Environment => environmentPrefix + string.Join("__", names),
        SettingPlace.CommandLine => $"--set {string.Join(':', names)}=VALUE",
        _ => string.Join(':', names),
    };
}
