using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>One call of <c>NtQuerySystemInformation</c> for all processes, into memory that is kept between calls.</summary>
[SupportedOSPlatform("windows")]
public sealed unsafe partial class ProcessSnapshot : IProcessSnapshot
{
    private const int SystemProcessInformation = 5;
    private const int StatusInfoLengthMismatch = unchecked((int)0xC0000004);
    private const uint BytesAtStart = 1024 * 1024;
    private const uint BytesMax = 256 * 1024 * 1024;
    private const int Tries = 6;

    private void* _memory = NativeMemory.Alloc(BytesAtStart);
    private uint _capacity = BytesAtStart;

    /// <inheritdoc/>
    public (IReadOnlyDictionary<int, HostProcessUse> ById, IReadOnlyList<HostProcessUse> OfProgram) Take(IReadOnlySet<int> ids, string program)
    {
        var byId = new Dictionary<int, HostProcessUse>();
        var ofProgram = new List<HostProcessUse>();
        for (int i = 0; i < Tries; i++)
        {
            int status = NtQuerySystemInformation(SystemProcessInformation, _memory, _capacity, out uint written);
            if (status == 0)
            {
                ProcessTable.Find(new ReadOnlySpan<byte>(_memory, (int)Math.Min(written, _capacity)), (ulong)_memory, ids, program, byId, ofProgram);
                break;
            }

            if (status != StatusInfoLengthMismatch || _capacity == BytesMax)
            {
                break;
            }

            // Processes start between two calls: some more room than was asked for.
            Grow((uint)Math.Min(BytesMax, Math.Max(written + (ulong)(written / 4), _capacity * 2UL)));
        }

        return (byId, ofProgram);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _capacity = 0;
    }

    private void Grow(uint bytes)
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _memory = NativeMemory.Alloc(bytes);
        _capacity = bytes;
    }

    // The buffer stays ours; the system writes at most the given length and reports what it wrote or needs.
    [LibraryImport("ntdll.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NtQuerySystemInformation(int informationClass, void* buffer, uint length, out uint written);
}
