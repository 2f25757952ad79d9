using HvIntegration.HostBroker.Offline;

namespace HvIntegration.HostBroker.Commands;

/// <summary>Runs <c>hvi diagnose --host</c>: the answer on standard output, all else on standard error.</summary>
internal static class OfflineCommand
{
    private const int NoticesMax = 60;

    /// <summary>Judges and writes.</summary>
    /// <returns>0 when no VM suffered, 1 when one did.</returns>
    /// <exception cref="CommandException">Status 2: a file cannot be used.</exception>
    public static int Run(OfflineRequest request, string format, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        OfflineResult result;
        try
        {
            result = OfflineDiagnosis.Run(request, cancellation);
        }
        catch (OfflineException e)
        {
            throw new CommandException(ExitStatus.Usage, e.Message, e);
        }

        foreach (string notice in result.Notices.Take(NoticesMax))
        {
            errors.WriteLine("hvi: " + Screen.Safe(notice));
        }

        if (result.Notices.Count > NoticesMax)
        {
            errors.WriteLine($"hvi: {result.Notices.Count - NoticesMax} more notices are left out");
        }

        if (format == "json")
        {
            output.WriteLine(DiagnosisReport.Of(result).ToJson());
        }
        else
        {
            DiagnosisText.Write(new Screen(CommandLine.Console(output)), result);
        }

        return result.Episodes.Count > 0 ? ExitStatus.Finding : ExitStatus.Ok;
    }
}
