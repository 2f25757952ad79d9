using HvIntegration.Broker.Bundles;
using HvIntegration.Cli.Client;
using HvIntegration.Cli.Terminal;
using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi bundle</c>: both sides of one VM and time as one file that <c>hvi open</c> shows anywhere.</summary>
internal static class BundleCommand
{
    public static Command Create(TextWriter output)
    {
        var users = new Option<bool>("--with-users") { Description = "Include the user ids of processes in clear text; by default they are hashed" };
        var others = new Option<bool>("--with-others") { Description = "Include the guest side of the other VMs and the names of host processes" };
        var broker = CommandLine.BrokerOption();
        var command = new Command("bundle", "Write both sides of a VM for a time range into one file. 'hvi open' shows the file on any machine");
        var incident = new IncidentOptions(command);
        command.Add(users);
        command.Add(others);
        command.Add(broker);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new ApiClient(parsed.GetValue(broker)!);
            string query = $"api/v1/vms/{Uri.EscapeDataString(parsed.GetValue(incident.Vm)!)}/bundle?from={Uri.EscapeDataString(parsed.GetValue(incident.From)!)}&to={Uri.EscapeDataString(parsed.GetValue(incident.To)!)}"
                + (parsed.GetValue(users) ? "&users=true" : "") + (parsed.GetValue(others) ? "&others=true" : "");
            var (bytes, manifest) = await SaveAsync(client, query, parsed.GetValue(incident.File)!, parsed.InvocationConfiguration.Error, cancellation);
            await output.WriteLineAsync(
                $"{parsed.GetValue(incident.File)}: {Screen.Safe(manifest.Vm.Name)}, {Quantity.Span(manifest.ToSecond - manifest.FromSecond)} from {Quantity.Clock(manifest.FromSecond, date: true)} UTC, {Quantity.Bytes(bytes)}");
            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(
            command, "hvi bundle --vm web-01 -o incident.hvi", "hvi bundle --vm web-01 --from -2h --to -1h -o incident.hvi",
            "hvi bundle --vm web-01 --from 2026-01-31T12:00:00Z --to 2026-01-31T12:30:00Z --with-users --with-others -o incident.hvi");
    }

    /// <summary>Whole and good, or not at all: a bundle that is there stays until the new one was read back.</summary>
    private static async Task<(long Bytes, BundleManifest Manifest)> SaveAsync(ApiClient client, string query, string path, TextWriter errors, CancellationToken cancellation)
    {
        string part = path + ".part";
        var progress = ProgressLine.On(errors);
        BundleProgress? seconds = null;
        try
        {
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await client.DownloadAsync(query, stream, Answered, ReceivedAsync, cancellation);
            }

            if (seconds is not null)
            {
                progress.Percent(Words(), 100);
            }

            BundleManifest manifest;
            await using (var reader = await BundleReader.OpenAsync(part, cancellation))
            {
                manifest = reader.Manifest;
            }

            long bytes = new FileInfo(part).Length;
            File.Move(part, path, overwrite: true);
            return (bytes, manifest);
        }
        catch (OperationCanceledException e)
        {
            throw new CommandException(ExitStatus.Cancelled, $"Canceled. '{path}' was not written.", e);
        }
        catch (BundleException e)
        {
            throw new CommandException(ExitStatus.BrokerError, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandException(ExitStatus.Usage, $"cannot write '{path}': {e.Message}", e);
        }
        finally
        {
            if (seconds is not null)
            {
                await seconds.DisposeAsync();
            }

            progress.End();
            Remove(part);
        }

        string Words() => $"{path}: received";

        void Answered(HttpResponseHeaders headers) => seconds =
            Number(headers, BundleProgress.FirstHeader) is { } first && Number(headers, BundleProgress.EndHeader) is { } end ? new BundleProgress(first, end) : null;

        async ValueTask ReceivedAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
        {
            if (seconds is not null)
            {
                await seconds.TakeAsync(bytes, stop);
                progress.Percent(Words(), (int)(seconds.Share * 100));
            }
        }
    }

    private static long? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static void Remove(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // It could not be made either, which was said.
        }
    }
}
