namespace HvIntegration.Engine.Signals;

/// <summary>One signal in one second.</summary>
/// <param name="Second">Host second.</param>
/// <param name="Value">In the signal's unit; NaN when missing.</param>
/// <param name="ErrorBar">Half width; NaN when not known.</param>
public readonly record struct SignalPoint(long Second, double Value, double ErrorBar);
