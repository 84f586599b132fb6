using Steelyard;
using Steelyard.Hosting;
using Steelyard.Settings;

// The runtime reads this at the first socket. Code that awaits a reply then continues on the thread that receives it, without a switch to
// another thread. So handlers must never block.
Environment.SetEnvironmentVariable(OwnVariables.InlineCompletions, "1");
return await CommandLine.RunAsync(
    args,
    CommandLine.ReadSettings,
    options => options.Supervised && !InheritedSocket.IsThere
        ? new Supervisor(options, TimeProvider.System).RunAsync()
        : Node.RunAsync(options));
