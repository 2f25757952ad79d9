namespace HvIntegration.Recordings;

/// <summary>A recording that gives its rows to the engine one after the other.</summary>
internal abstract class RowSource : IDisposable
{
    /// <summary>Host time of the row that is next.</summary>
    public abstract long EndNs { get; }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end.</returns>
    public abstract bool Advance();

    /// <summary>Gives the row to the engine.</summary>
    public abstract void Emit();

    /// <inheritdoc/>
    public abstract void Dispose();
}
