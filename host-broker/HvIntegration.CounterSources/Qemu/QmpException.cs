namespace HvIntegration.CounterSources.Qemu;

/// <summary>A monitor did not answer as QMP says; the message is a sentence for the administrator.</summary>
internal sealed class QmpException(string message, Exception? inner = null) : Exception(message, inner);
