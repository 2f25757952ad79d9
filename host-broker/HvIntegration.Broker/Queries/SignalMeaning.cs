namespace HvIntegration.Broker.Queries;

/// <summary>What a derived signal is, for whoever has only its id and a kept value.</summary>
/// <param name="Id">Stable id without an instance.</param>
/// <param name="Words">Text for the user.</param>
/// <param name="Side">guest, host, configuration or both.</param>
/// <param name="Unit">UCUM unit; shares are "1".</param>
internal sealed record SignalMeaning(string Id, string Words, string Side, string Unit);
