namespace HvIntegration.History;

/// <summary>History could not be written or opened; the message names file, cause and remedy.</summary>
public sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);
