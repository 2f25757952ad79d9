namespace HvIntegration.TransportProbe.Cases;

/// <summary>A case found another behaviour than the contract says.</summary>
public sealed class CaseFailedException(string message) : Exception(message)
{
    /// <summary>Fails with what was expected and found.</summary>
    public static void Require(bool holds, string expected)
    {
        if (!holds)
        {
            throw new CaseFailedException(expected);
        }
    }

    /// <summary>Requires equality.</summary>
    public static void RequireEqual<T>(T expected, T found, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
        {
            throw new CaseFailedException($"{what}: expected {expected}, found {found}");
        }
    }

    /// <summary>Requires that an operation fails in one way.</summary>
    public static async Task<TException> RequireThrowsAsync<TException>(Func<Task> operation, string what)
        where TException : Exception
    {
        try
        {
            await operation();
        }
        catch (TException e)
        {
            return e;
        }

        throw new CaseFailedException($"{what}: expected {typeof(TException).Name}, and it succeeded");
    }
}
