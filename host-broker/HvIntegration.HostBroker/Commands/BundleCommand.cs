using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using HvIntegration.HostBroker.Bundles;

namespace HvIntegration.HostBroker.Commands;

/// <summary><c>hvi bundle</c>: both sides of one VM and time as one file that <c>hvi open</c> shows anywhere.</summary>
internal static class BundleCommand
{
    public static Command Create(TextWriter output)
    {
        var vm = new Option<string>("--vm") { Description = "Name or GUID; 'hvi vms' lists them", HelpName = "VM", Required = true };
        vm.CompletionSources.Add(VmNames.Complete);
        var from = new Option<string>("--from") { Description = "Start: -15m, -2h, Unix seconds or ISO 8601", DefaultValueFactory = _ => "-15m", HelpName = "TIME" };
        var to = new Option<string>("--to") { Description = "End, as --from", DefaultValueFactory = _ => "now", HelpName = "TIME" };
        var file = new Option<string>("--output", "-o") { Description = "Bundle to write; one that is there is replaced", HelpName = "FILE", Required = true };
        var users = new Option<bool>("--with-users") { Description = "Keep user ids of processes as they are; else they are hashed" };
        var others = new Option<bool>("--with-others") { Description = "The inside of the other VMs too, and names of processes of the host" };
        var broker = CommandLine.BrokerOption();
        var command = new Command("bundle", "Write both sides of a VM over a time into one file, which 'hvi open' shows anywhere") { vm, from, to, file, users, others, broker };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new ApiClient(parsed.GetValue(broker)!);
            string query = $"api/v1/vms/{Uri.EscapeDataString(parsed.GetValue(vm)!)}/bundle?from={Uri.EscapeDataString(parsed.GetValue(from)!)}&to={Uri.EscapeDataString(parsed.GetValue(to)!)}"
                + (parsed.GetValue(users) ? "&users=true" : "") + (parsed.GetValue(others) ? "&others=true" : "");
            var (bytes, manifest) = await SaveAsync(client, query, parsed.GetValue(file)!, parsed.InvocationConfiguration.Error, cancellation);
            await output.WriteLineAsync(
                $"{parsed.GetValue(file)}: {Screen.Safe(manifest.Vm.Name)}, {Quantity.Span(manifest.ToSecond - manifest.FromSecond)} from {Quantity.Clock(manifest.FromSecond, date: true)} UTC, {Quantity.Bytes(bytes)}");
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
            throw new CommandException(ExitStatus.Cancelled, $"cancelled; '{path}' was not written.", e);
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
