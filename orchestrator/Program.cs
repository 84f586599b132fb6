using Steelyard;

// Read by the runtime at the first socket: replies go on where they arrive, without a hop to another thread. Handlers must never block.
Environment.SetEnvironmentVariable(CommandLine.InlineCompletions, "1");
return await CommandLine.RunAsync(args, CommandLine.ReadSettings, options => options.Supervised && !InheritedSocket.IsThere ? new Supervisor(options, TimeProvider.System).RunAsync() : Orchestrator.RunAsync(options));
