using System.Globalization;

namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>A performance-counter path: <c>\\COMPUTER\Set(Parent/Instance#Index)\Counter</c>.</summary>
/// <param name="Computer">Without backslashes; empty when the path has none.</param>
/// <param name="Set">Counter set, case as recorded.</param>
/// <param name="Instance">Text between the brackets, <c>#n</c> included; null for a set without instances.</param>
/// <param name="Counter">Counter, case as recorded.</param>
/// <remarks>
/// Names compare without case. Set names may hold brackets, instances may hold anything: the instance ends at the last <c>)\</c>,
/// and the set ends at the first bracket unless it is one of the sets known to have a bracket in its name.
/// </remarks>
public sealed record CounterPath(string Computer, string Set, string? Instance, string Counter)
{
    /// <summary>Instance that Windows makes of all others: their sum in some sets, their mean in others.</summary>
    public const string Total = "_Total";

    private static readonly string[] SetsWithBrackets = ["Hyper-V Virtual IDE Controller (Emulated)"];

    /// <summary>Instance without the <c>#n</c> of a duplicate; empty when there is none.</summary>
    public string BaseInstance => Instance is null ? "" : DuplicateAt(Instance) is var at && at < 0 ? Instance : Instance[..at];

    /// <summary>The n of <c>#n</c>: a duplicate of that name, in no stable order; 0 for the first.</summary>
    public int Duplicate => Instance is not null && DuplicateAt(Instance) is >= 0 and var at
        ? int.Parse(Instance.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture)
        : 0;

    /// <summary>Takes a path apart: computer, set, instance, counter.</summary>
    /// <returns>Null when the text is none.</returns>
    public static CounterPath? Parse(string text)
    {
        string body = text;
        string computer = "";
        if (body.StartsWith(@"\\", StringComparison.Ordinal))
        {
            int end = body.IndexOf('\\', 2);
            if (end < 3)
            {
                return null;
            }

            computer = body[2..end];
            body = body[(end + 1)..];
        }
        else if (body.StartsWith('\\'))
        {
            body = body[1..];
        }
        else
        {
            return null;
        }

        return Split(computer, body);
    }

    /// <summary>The path as recorded.</summary>
    public override string ToString() =>
        $"{(Computer.Length > 0 ? @"\\" + Computer : "")}\\{Set}{(Instance is null ? "" : $"({Instance})")}\\{Counter}";

    /// <summary>True for the instance that stands for all others.</summary>
    public static bool IsTotal(string instance) => instance.Equals(Total, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when this is that set, in any case.</summary>
    public bool IsSet(string name) => Set.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static CounterPath? Split(string computer, string body)
    {
        foreach (string known in SetsWithBrackets)
        {
            if (body.StartsWith(known + @"\", StringComparison.OrdinalIgnoreCase))
            {
                return Make(computer, body[..known.Length], null, body[(known.Length + 1)..]);
            }
        }

        int close = body.LastIndexOf(@")\", StringComparison.Ordinal);
        if (close < 0)
        {
            int slash = body.LastIndexOf('\\');
            return slash <= 0 ? null : Make(computer, body[..slash], null, body[(slash + 1)..]);
        }

        string left = body[..close];
        string counter = body[(close + 2)..];
        foreach (string known in SetsWithBrackets)
        {
            if (left.StartsWith(known + "(", StringComparison.OrdinalIgnoreCase))
            {
                return Make(computer, left[..known.Length], left[(known.Length + 1)..], counter);
            }
        }

        int open = left.IndexOf('(', StringComparison.Ordinal);
        return open <= 0 ? null : Make(computer, left[..open], left[(open + 1)..], counter);
    }

    private static CounterPath? Make(string computer, string set, string? instance, string counter) =>
        set.Length == 0 || counter.Length == 0 || counter.Contains('\\', StringComparison.Ordinal) || set.Contains('\\', StringComparison.Ordinal)
            ? null
            : new CounterPath(computer, set, instance, counter);

    // At most four digits: a longer number is part of a name, and must not overflow.
    private static int DuplicateAt(string instance)
    {
        int at = instance.LastIndexOf('#');
        return at > 0 && instance.Length - at is > 1 and <= 5 && instance.AsSpan(at + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? at : -1;
    }
}
