namespace HvIntegration.Recordings;

/// <summary>A PDH recording, or the columns of one computer in it.</summary>
/// <param name="File">File as the caller named it.</param>
/// <param name="Computer">Computer whose columns are read; null for all columns.</param>
internal sealed record RecordingPart(string File, string? Computer);
