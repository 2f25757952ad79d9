namespace HvIntegration.Recordings;

/// <summary>The recordings or files given cannot be used; the message names file, place and remedy.</summary>
internal sealed class OfflineException(string message, Exception? inner = null) : Exception(message, inner);
