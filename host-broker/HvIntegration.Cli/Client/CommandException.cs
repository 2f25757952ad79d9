namespace HvIntegration.Cli.Client;

/// <summary>Ends a command with one sentence on standard error and an exit status.</summary>
internal sealed class CommandException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ExitStatus"/>.</summary>
    public int Status { get; } = status;
}
