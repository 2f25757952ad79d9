namespace HvIntegration.Broker.Bundles;

/// <summary>A bundle cannot be used; the message names file, part and remedy.</summary>
internal sealed class BundleException(string message, Exception? inner = null) : Exception(message, inner);
