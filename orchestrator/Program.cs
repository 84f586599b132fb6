using Steelyard;

// Read by the runtime at the first socket: replies go on where they arrive, without a hop to another thread. Handlers must never block.
Environment.SetEnvironmentVariable(CommandLine.InlineCompletions, "1");

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
    .AddInMemoryCollection(CommandLine.OwnVariables())
    .Build();
return await CommandLine.RunAsync(args, configuration, Orchestrator.RunAsync);
