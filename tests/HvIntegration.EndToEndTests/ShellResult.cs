namespace HvIntegration.EndToEndTests;

/// <summary>What a program said and how it ended.</summary>
internal sealed record ShellResult(int Status, string Output, string Errors)
{
    /// <summary>The output, after a check that the program was content.</summary>
    public string Succeeded()
    {
        Assert.True(Status == 0, $"status {Status}\n{Output}\n{Errors}");
        return Output;
    }
}
