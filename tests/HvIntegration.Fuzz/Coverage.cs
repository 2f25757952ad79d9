using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace HvIntegration.Fuzz;

/// <summary>The edges that instrumented assemblies pass, as afl-fuzz counts them: a byte for each, in classes of how often.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    // Never freed: code of a target may still run, and write, when a run ends.
    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    /// <summary>Takes over the map that instrumented code writes.</summary>
    public Coverage() => Trace.SharedMem = _map;

    /// <summary>Edges that any input passed.</summary>
    public int Edges { get; private set; }

    /// <summary>Forgets the run before.</summary>
    public void Begin()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Notes the run since <see cref="Begin"/>.</summary>
    /// <param name="edgesOnly">An edge passed more often than before is nothing new.</param>
    /// <returns>Whether it passed something that no run before did.</returns>
    public bool Take(bool edgesOnly = false)
    {
        bool found = false;
        var map = new ReadOnlySpan<byte>(_map, Size);
        for (int at = map.IndexOfAnyExcept((byte)0); at >= 0 && at < Size;)
        {
            byte many = edgesOnly ? (byte)1 : Class(map[at]);
            if ((_seen[at] & many) != many)
            {
                Edges += _seen[at] == 0 ? 1 : 0;
                _seen[at] |= many;
                found = true;
            }

            int next = map[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? Size : at + 1 + next;
        }

        return found;
    }

    private static byte Class(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
