using System.Globalization;
using Steelyard.Contract;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>The environment variables that a worker gets; a null removes a variable of ours.</summary>
internal static class WorkerEnvironment
{
    // Workers must not see the node's settings, above all not its keys.
    public static Dictionary<string, string?> For(WorkerResources worker, WorkerCommand command, string token, Options options)
    {
        var variables = OwnVariables.Names().ToDictionary(name => name, _ => (string?)null);
        variables[EnvironmentNames.Host] = "127.0.0.1"; // Some programs listen on all addresses by default.
        variables[EnvironmentNames.Port] = worker.Port.ToString(CultureInfo.InvariantCulture);
        variables[EnvironmentNames.Listener] = command.IsBundled ? $"{ProcessSpec.FirstInherited}" : null;

        // JSON may escape one byte as six.
        (variables[EnvironmentNames.MaxBody], variables[EnvironmentNames.MaxSetup]) =
            ($"{options.MaxBodyBytes}", $"{6L * options.MaxContextBytes}");
        variables[EnvironmentNames.MaxFiles] = WorkerLimits.For(command.Kind, options).MaxUploads?.ToString(CultureInfo.InvariantCulture);
        variables[EnvironmentNames.WorkerDirectory] = variables["TMPDIR"] = worker.Directory.Path;
        variables[EnvironmentNames.WorkerToken] = token;
        variables[EnvironmentNames.Record] = options.Record.Name();
        variables[EnvironmentNames.RecordQueries] = options.RecordQueries ? "1" : null;
        variables[EnvironmentNames.Egress] = string.Join(' ', options.EgressRules);
        variables[EnvironmentNames.BrowserFolders] = string.Join(':', options.BrowserFolders);
        return variables;
    }
}
