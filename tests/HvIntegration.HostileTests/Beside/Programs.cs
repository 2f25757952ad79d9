namespace HvIntegration.HostileTests.Beside;

/// <summary>The product's programs: those built with the tests, or others that the environment names.</summary>
internal static class Programs
{
    /// <summary><c>hvi</c>; <c>HVI_PROGRAM</c> names another, as one of a Release build.</summary>
    public static string Hvi { get; } = Named("HVI_PROGRAM") ?? Path.Join(AppContext.BaseDirectory, "hvi");

    /// <summary><c>hvi-agent</c>; <c>HVI_PROGRAM_AGENT</c> names another.</summary>
    public static string Agent { get; } = Named("HVI_PROGRAM_AGENT") ?? Path.Join(AppContext.BaseDirectory, "hvi-agent");

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? path : null;
}
