namespace HvIntegration.CounterSources;

/// <summary>A counter source cannot be opened as asked; the message names what, where and the remedy.</summary>
public class CounterSourceException(string message, Exception? inner = null) : Exception(message, inner);
