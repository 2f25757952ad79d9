using HvIntegration.History.Faults;

namespace HvIntegration.History;

/// <summary>What one VM can add to one file of history, and to one answer; docs/history.md has the table.</summary>
/// <remarks>An honest guest is far below. What is over is left out of this VM's rows, counted in <see cref="LeftOutBook"/>, and touches no other VM.</remarks>
internal static class VmShare
{
    /// <summary>Names of series that are new to a file.</summary>
    public const int SeriesMax = 8192;

    /// <summary>Members of all sets of series that are new to a file: each time another set of series is read together, as many as it has.</summary>
    public const int SetMembersMax = 4_194_304;

    /// <summary>Boots within a file.</summary>
    public const int BootsMax = 1024;

    /// <summary>Processes told within a file.</summary>
    public const int ProcessesMax = 65_536;

    /// <summary>Series within a minute's or an hour's window.</summary>
    public const int WindowSeriesMax = 8192;

    /// <summary>Series of an answer.</summary>
    public const int AnswerSeriesMax = 2048;

    /// <summary>Points of an answer, all its series together; a series that does not fit is left out whole.</summary>
    public const int AnswerPointsMax = 400_000;
}
