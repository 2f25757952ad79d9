namespace HvIntegration.Protocol.Codec;

/// <summary>A peer's message breaks a rule of the wire; the sentence says which rule, where and with what value.</summary>
/// <remarks>The decoder that threw it is of no more use: its state may lie between two batches.</remarks>
public sealed class MalformedBatchException(string message) : Exception(message);
