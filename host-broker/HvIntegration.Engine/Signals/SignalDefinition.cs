using HvIntegration.Model;

namespace HvIntegration.Engine.Signals;

/// <summary>What a derived signal is: its place in frames and history, and how it is shown.</summary>
/// <param name="Index">Place, 0 to the number of signals less one.</param>
/// <param name="Id">Stable id, see <see cref="SignalIds"/>.</param>
/// <param name="Side">Where it is measured.</param>
/// <param name="Unit">UCUM unit of value and error bar.</param>
public sealed record SignalDefinition(int Index, string Id, Side Side, string Unit);
