using System.Text.Json;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Answer to one command.</summary>
/// <param name="Return">The value; null when QEMU refused.</param>
/// <param name="Error">QEMU's own words when it refused, else null.</param>
internal readonly record struct QmpReply(JsonElement? Return, string? Error);
