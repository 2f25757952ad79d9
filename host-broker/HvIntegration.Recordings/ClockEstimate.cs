namespace HvIntegration.Recordings;

/// <summary>How a guest recording's clock stands to the host's.</summary>
/// <param name="OffsetNs">Guest clock minus host clock.</param>
/// <param name="ErrorNs">Bound of its error; where it could not be verified, what synchronised clocks may differ by.</param>
/// <param name="Correlation">How well the two sides' activity agrees at this offset; NaN when nothing could be compared.</param>
/// <param name="IsVerified">The data of both sides themselves show it.</param>
internal sealed record ClockEstimate(long OffsetNs, long ErrorNs, double Correlation, bool IsVerified);
