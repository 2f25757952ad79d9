namespace HvIntegration.GuestAgent.Collection;

/// <summary>Chooses the processes that matter, without letting the choice flicker.</summary>
/// <remarks>
/// The score of a process is the weighted sum of its shares in the guest's CPU time, resident memory, storage bytes, major
/// faults and growth, over the smoothed last seconds. A small total does not make a large share: each total has a floor. A
/// process that is already sent scores half as much again (twice in its first 10 reads), so that two equals do not swap
/// places every second, each swap costing a definition on the wire.
/// </remarks>
internal sealed class ProcessRanking(int capacity)
{
    private const float CpuWeight = 1f;
    private const float MemoryWeight = 0.5f;
    private const float IoWeight = 0.8f;
    private const float FaultWeight = 0.8f;
    private const float GrowthWeight = 0.5f;

    /// <summary>Floors of the totals: 5 ticks, 64 KiB, 5 faults a read; 4096 pages of growth.</summary>
    private const float CpuFloor = 5;
    private const float IoFloor = 65536;
    private const float FaultFloor = 5;
    private const float GrowthFloor = 4096;

    private const float StayFactor = 1.5f;
    private const float NewStayFactor = 2f;
    private const float StayBonus = 0.002f;
    private const int NewReads = 10;

    private readonly int[] _rows = new int[capacity];
    private readonly float[] _scores = new float[capacity];
    private int _count;

    /// <summary>Chosen rows, best first.</summary>
    public ReadOnlySpan<int> Chosen => _rows.AsSpan(0, _count);

    /// <summary>Scores every row and chooses the best.</summary>
    /// <param name="rows">Rows, free ones among them.</param>
    /// <param name="choose">How many, at most the capacity.</param>
    /// <param name="read">Number of this read.</param>
    /// <typeparam name="TRow">The platform's row.</typeparam>
    public void Rank<TRow>(Span<TRow> rows, int choose, long read)
        where TRow : struct, IRankedProcess
    {
        float cpu = CpuFloor;
        float io = IoFloor;
        float faults = FaultFloor;
        float growth = GrowthFloor;
        float memory = 1;
        foreach (ref var row in rows)
        {
            if (row.IsUsed)
            {
                cpu += row.CpuRate;
                io += row.IoRate;
                faults += row.FaultRate;
                growth += row.Growth;
                memory += row.ResidentPages;
            }
        }

        _count = 0;
        choose = Math.Min(choose, capacity);
        for (var index = 0; index < rows.Length; index++)
        {
            ref var row = ref rows[index];
            if (!row.IsUsed)
            {
                continue;
            }

            row.Score = (CpuWeight * row.CpuRate / cpu) + (MemoryWeight * row.ResidentPages / memory) + (IoWeight * row.IoRate / io)
                + (FaultWeight * row.FaultRate / faults) + (GrowthWeight * row.Growth / growth);
            var score = row.Slot < 0 ? row.Score : (row.Score * (read - row.SelectedAt < NewReads ? NewStayFactor : StayFactor)) + StayBonus;
            // A process that does nothing and holds nothing would only cost bytes on the wire.
            if (row.Score > 0)
            {
                Insert(index, score, choose);
            }
        }
    }

    private void Insert(int row, float score, int choose)
    {
        if (_count == choose)
        {
            if (choose == 0 || score <= _scores[choose - 1])
            {
                return;
            }

            _count--;
        }

        var position = _count++;
        while (position > 0 && _scores[position - 1] < score)
        {
            _scores[position] = _scores[position - 1];
            _rows[position] = _rows[position - 1];
            position--;
        }

        _scores[position] = score;
        _rows[position] = row;
    }
}
