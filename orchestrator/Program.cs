using Steelyard;

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
    .AddInMemoryCollection(CommandLine.OwnVariables())
    .Build();
return await CommandLine.RunAsync(args, configuration, Orchestrator.RunAsync);
