namespace HvIntegration.GuestAgent.Hosting;

/// <summary>One value that someone gave, and where.</summary>
/// <param name="Name">As written there.</param>
/// <param name="Value">Text.</param>
/// <param name="Where">For messages: "/etc/hvintegration/agent.json, line 3", "environment variable HVI_AGENT_TOP_N", "--top-n".</param>
internal readonly record struct OptionSetting(string Name, string Value, string Where);
