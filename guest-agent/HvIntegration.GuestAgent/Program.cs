using HvIntegration.GuestAgent.Commands;

return await new AgentCommandLine(Console.Out, Console.Error, Environment.GetEnvironmentVariables()).RunAsync(args, CancellationToken.None);
