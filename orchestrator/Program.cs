using Steelyard;
using Steelyard.Cli;
using Steelyard.Doctor;
using Steelyard.Hosting;
using Steelyard.Settings;

// The runtime reads these at the first socket. Code that awaits a reply continues on the thread that receives it, without a switch to
// another thread. So handlers must never block. One such thread for two processors leaves the others to workers and clients. With one for
// each, a request changes threads between the client's and the worker's socket. See decision 0017.
Environment.SetEnvironmentVariable(OwnVariables.InlineCompletions, "1");
if (Environment.GetEnvironmentVariable(OwnVariables.SocketThreads) is null)
    Environment.SetEnvironmentVariable(OwnVariables.SocketThreads, $"{Math.Max(1, Environment.ProcessorCount / 2)}");
return await CommandLine.RunAsync(
    args,
    CommandLine.ReadSettings,
    options => options.Supervised && !InheritedSocket.IsThere
        ? new Supervisor(options, TimeProvider.System).RunAsync()
        : Node.RunAsync(options),
    [.. CliCommands.Create(), KeysCommand.Create(), DoctorCommand.Create(CommandLine.ReadSettings)]);
