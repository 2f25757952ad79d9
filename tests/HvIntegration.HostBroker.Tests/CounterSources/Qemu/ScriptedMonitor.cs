using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.CounterSources.Qemu;

/// <summary>A monitor on a Unix socket that answers from a table, as a QEMU of another version would.</summary>
internal sealed class ScriptedMonitor : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Dictionary<string, string> _answers;

    /// <param name="path">Socket to make.</param>
    /// <param name="answers">Return value of each command as JSON; a command that is not here is not known.</param>
    public ScriptedMonitor(string path, Dictionary<string, string> answers)
    {
        _answers = answers;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = ServeAsync();
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptAsync();
            await using var stream = new NetworkStream(client);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await stream.WriteAsync("{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"u8.ToArray());
            while (await reader.ReadLineAsync() is { } line)
            {
                using var request = JsonDocument.Parse(line);
                string command = request.RootElement.GetProperty("execute").GetString()!;
                string body = command == "qmp_capabilities" ? "\"return\": {}"
                    : _answers.TryGetValue(command, out string? value) ? $"\"return\": {value}"
                    : $"\"error\": {{\"class\": \"CommandNotFound\", \"desc\": \"The command {command} has not been found\"}}";
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"{{{body}, \"id\": {request.RootElement.GetProperty("id").GetInt64()}}}\r\n"));
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The source or the test has closed its end.
        }
    }
}
