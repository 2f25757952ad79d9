using HvIntegration.Engine.Timeline;

namespace HvIntegration.Engine.Signals;

/// <summary>The series of one disk or adapter on one side.</summary>
internal sealed class Device(string name)
{
    /// <summary>Name on its side.</summary>
    public string Name { get; } = name;

    /// <summary>Operations or packets, a series per direction.</summary>
    public List<TimelineSeries> Operations { get; } = [];

    /// <summary>Bytes, a series per direction.</summary>
    public List<TimelineSeries> Bytes { get; } = [];

    /// <summary>Time of operations, a series per direction.</summary>
    public List<TimelineSeries> Times { get; } = [];

    /// <summary>Operation time below the virtual device.</summary>
    public List<TimelineSeries> Lower { get; } = [];
}
