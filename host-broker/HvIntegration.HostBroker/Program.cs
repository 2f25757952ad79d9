using HvIntegration.HostBroker.Commands;

Console.OutputEncoding = System.Text.Encoding.UTF8;
return await HviCommand.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
