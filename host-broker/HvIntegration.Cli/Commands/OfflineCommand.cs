using HvIntegration.Cli.Client;
using HvIntegration.Cli.Screens;
using HvIntegration.Cli.Terminal;
using HvIntegration.Recordings;

namespace HvIntegration.Cli.Commands;

/// <summary>Runs <c>hvi diagnose --host</c>: the answer on standard output, all else on standard error.</summary>
internal static class OfflineCommand
{
    private const int NoticesMax = 60;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    // In a pipe or a file: the first line after this long, each next one after twice as long, so that a day has some twelve.
    private static readonly TimeSpan FirstLine = TimeSpan.FromSeconds(5);

    /// <summary>Diagnoses recordings and writes the result.</summary>
    /// <returns>0 when no VM was affected, 1 when one was.</returns>
    /// <exception cref="CommandException">Status 2: a file cannot be used, or no VM could be diagnosed. Status 130: cancelled.</exception>
    public static int Run(OfflineRequest request, string format, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        OfflineAnswer result;
        try
        {
            result = Judge(request, errors, cancellation);
        }
        catch (OfflineException e)
        {
            throw new CommandException(ExitStatus.Usage, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CommandException(ExitStatus.Cancelled, "Canceled. Nothing was diagnosed.", e);
        }

        var notices = result.Notices;
        foreach (string notice in notices.Take(NoticesMax))
        {
            errors.WriteLine("hvi: " + Screen.Safe(notice));
        }

        if (notices.Count > NoticesMax)
        {
            errors.WriteLine($"hvi: {notices.Count - NoticesMax} more notices are not shown");
        }

        if (!result.HasJudged)
        {
            throw new CommandException(ExitStatus.Usage, $"{DiagnosisText.Unjudged(result)} The recordings lack the counters that a verdict needs. {RecordingRemedy.Of(result.Hosts)}");
        }

        if (format == "json")
        {
            output.WriteLine(DiagnosisReport.Of(result).ToJson());
        }
        else
        {
            DiagnosisText.Write(new Screen(CommandLine.Console(output)), result);
        }

        return result.Hosts.Any(h => h.Episodes.Count > 0) ? ExitStatus.Finding : ExitStatus.Ok;
    }

    /// <summary>Judges, and says how far it is: on a terminal after a second, elsewhere in a few lines. A day of many counters takes a while.</summary>
    private static OfflineAnswer Judge(OfflineRequest request, TextWriter errors, CancellationToken cancellation)
    {
        string[] files = [.. request.Hosts, .. request.Guests.Select(g => g.File), .. request.LinuxGuests.Select(g => g.File)];
        var progress = ProgressLine.On(errors);
        var told = new Lock();
        long began = TimeProvider.System.GetTimestamp();
        var share = new ReadShare(cancellation);
        var nextLine = FirstLine;
        bool ended = false;
        using var timer = TimeProvider.System.CreateTimer(_ => Tell(), null, Quiet, Tick);
        try
        {
            return OfflineDiagnosis.Run(request, share, cancellation);
        }
        finally
        {
            lock (told)
            {
                ended = true;
                progress.End();
            }
        }

        void Tell()
        {
            lock (told)
            {
                if (!ended)
                {
                    var passed = TimeProvider.System.GetElapsedTime(began);
                    bool mark = passed >= nextLine;
                    nextLine = mark ? passed * 2 : nextLine;
                    progress.Show($"diagnosing {files.Length} {(files.Length == 1 ? "recording" : "recordings")}, {Size(files)}: {(int)(share.Value * 100)} %, {Quantity.Span((long)passed.TotalSeconds)}", mark);
                }
            }
        }
    }

    private static string Size(string[] files) => Quantity.Bytes(files.Sum(f => new FileInfo(f) is { Exists: true } known ? known.Length : 0));
}
