using System.IO.MemoryMappedFiles;

namespace HvIntegration.Fuzz;

/// <summary>What the process that runs inputs tells the one that watches it: a file in memory, so that it outlives whatever an input does.</summary>
internal sealed class RunState : IDisposable
{
    private const int InputAt = 64;
    private const int Size = InputAt + Mutator.LengthMax + 4096;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private RunState(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
    }

    /// <summary>Inputs begun.</summary>
    public long Executions => _view.ReadInt64(0);

    /// <summary>When the input that runs was begun, milliseconds of the machine; 0 between two.</summary>
    public long BeganMs => _view.ReadInt64(8);

    /// <summary>The input begun last.</summary>
    public byte[] Input
    {
        get
        {
            byte[] input = new byte[Math.Clamp(_view.ReadInt32(16), 0, Size - InputAt)];
            _view.ReadArray(InputAt, input, 0, input.Length);
            return input;
        }
    }

    /// <summary>Makes or opens the file.</summary>
    public static RunState Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Size));

    /// <summary>An input is begun.</summary>
    public void Begin(byte[] input)
    {
        int length = Math.Min(input.Length, Size - InputAt);
        _view.WriteArray(InputAt, input, 0, length);
        _view.Write(16, length);
        _view.Write(8, Environment.TickCount64);
        _view.Write(0, Executions + 1);
    }

    /// <summary>It is over.</summary>
    public void End() => _view.Write(8, 0L);

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
