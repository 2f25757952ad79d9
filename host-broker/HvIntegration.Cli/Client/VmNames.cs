using System.CommandLine.Completions;
using HvIntegration.Protocol.Text;

namespace HvIntegration.Cli.Client;

/// <summary>Names of VMs for shell completion.</summary>
public static class VmNames
{
    // A shell waits for this: better no name than a prompt that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks the broker of the command line; none when it does not answer soon, and no name with characters that a line of a shell cannot show.</summary>
    public static IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        try
        {
            string url = context.ParseResult.GetValue<string>(CommandLine.BrokerOptionName) ?? CommandLine.BrokerUrlDefault();
            using var client = new ApiClient(url);
            using var soon = new CancellationTokenSource(Patience);
            var answer = client.GetVmsAsync(soon.Token).GetAwaiter().GetResult();
            return [.. answer.Vms.Select(v => v.Name).Where(n => SafeText.IsClean(n)).Distinct(StringComparer.Ordinal).Select(n => new CompletionItem(n))];
        }
        catch (Exception e) when (e is CommandException or OperationCanceledException or InvalidOperationException)
        {
            return [];
        }
    }
}
