using Steelyard;
using Steelyard.Settings;
using Steelyard.Hosting;

// Read by the runtime at the first socket: replies go on where they arrive, without a hop to another thread. Handlers must never block.
Environment.SetEnvironmentVariable(OwnVariables.InlineCompletions, "1");
return await CommandLine.RunAsync(args, CommandLine.ReadSettings, options => options.Supervised && !InheritedSocket.IsThere ? new Supervisor(options, TimeProvider.System).RunAsync() : Node.RunAsync(options));
