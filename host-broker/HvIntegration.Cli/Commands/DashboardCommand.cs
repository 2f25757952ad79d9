using HvIntegration.Api.Contract;
using HvIntegration.Cli.Client;
using System.CommandLine;
using System.Text.Json;

namespace HvIntegration.Cli.Commands;

/// <summary><c>hvi dashboard</c>: the address of the dashboard, with a way in where it asks for a token.</summary>
internal static class DashboardCommand
{
    public static Command Create(TextWriter output)
    {
        var broker = CommandLine.BrokerOption();
        var format = CommandLine.FormatOption();
        var command = new Command("dashboard", "Print the address of the dashboard. If a token is required, the address logs in one browser, once") { broker, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new ApiClient(parsed.GetValue(broker)!);
            var login = await client.PostAsync<LoginAnswer>("api/v1/logins", cancellation);
            if (parsed.GetValue(format) == "json")
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(login, ApiClient.Json));
                return ExitStatus.Ok;
            }

            await output.WriteLineAsync(login.Url);
            if (login.Seconds is { } seconds)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"hvi: the address logs in one browser, once, within {seconds} s; the login is valid for 12 hours");
            }

            return ExitStatus.Ok;
        });
        return CommandLine.AddExamples(command, "hvi dashboard", "xdg-open $(hvi dashboard)", "sudo hvi dashboard");
    }
}
