namespace HvIntegration.HostBroker.Settings;

/// <summary>One setting that someone wrote, and where.</summary>
/// <param name="Key">Names from the top with colons between, as <c>Agents:HoldMs</c>; an item of a list ends with its number.</param>
/// <param name="Value">Its text; null for JSON's null and for the line on which a file's object or list begins.</param>
/// <param name="Place">What kind of place it is, for the form of advice.</param>
/// <param name="Where">For messages: "/etc/hvintegration/broker.json, line 3", "environment variable HVI_BROKER__Api__Url", "command line".</param>
internal sealed record GivenSetting(string Key, string? Value, SettingPlace Place, string Where);
