namespace HvIntegration.Recordings;

/// <summary>A recording of a Windows guest, or a part of it.</summary>
/// <param name="Part">File and columns.</param>
/// <param name="Map">Series that are made of the columns.</param>
internal sealed record GuestPart(RecordingPart Part, GuestMap Map);
