using System.Net;
using System.Net.Sockets;
using Steelyard.Contract;
using Steelyard.Hosting;
using Steelyard.Processes;
using Steelyard.Settings;
using Steelyard.Workers;
using Options = Steelyard.Settings.Options;

namespace Steelyard.Doctor;

/// <summary>What can be seen of this machine without starting anything.</summary>
internal static class MachineChecks
{
    /// <summary>Looks at one thing after another.</summary>
    /// <param name="options">The options of the node that is to run here.</param>
    /// <param name="running">What is known of a node that has the port already; null when none has.</param>
    public static IEnumerable<Finding> All(Options options, Finding? running)
    {
        yield return KernelCheck.Of(Environment.OSVersion.Version);
        yield return Worker(options, out var kind);
        yield return Descriptors(options, kind);
        yield return running ?? Port(options);
        yield return WorkerPorts(options);
        foreach (var finding in FolderChecks.All(options))
            yield return finding;
        yield return Keys(options);
    }

    private static Finding Worker(Options options, out WorkerKind kind)
    {
        kind = WorkerKind.Chromium;
        try
        {
            var command = WorkerCommand.Of(options);
            return (kind = command.Kind) switch
            {
                WorkerKind.Foreign => Finding.Good("worker", command.Path),
                WorkerKind.Chromium when BrowserLocator.Find(Asked(command)) is { } browser => Finding.Good("browser", browser),
                WorkerKind.Chromium => Finding.Bad("browser", BrowserLocator.Missing(Asked(command)), Install),
                _ when options.Worker == "auto" =>
                    Finding.Bad("browser", "no Chromium is installed, so workers would be simulated", Install),
                _ => Finding.Good("worker", "simulated: they hold JSON, and no browser"),
            };
        }
        catch (WorkerCommandException e)
        {
            return Finding.Bad("worker", $"--worker: {e.Message}", "Mend --worker.");
        }
    }

    private const string Install =
        "apt-get install chromium-headless-shell fonts-liberation, or name one: --worker \"chromium --browser /path/to/it\".";

    private static string? Asked(WorkerCommand command) =>
        command.Arguments.SkipWhile(word => word != "--browser").ElementAtOrDefault(1);

    private static Finding Descriptors(Options options, WorkerKind kind)
    {
        try
        {
            var (_, note) = MachineDefaults.Apply(options, kind);
            return note is null
                ? Finding.Good("open files", $"{ProcessLimits.Descriptors} at most")
                : Finding.Weak("open files", note, "Raise the limit: ulimit -n 65536, or LimitNOFILE=65536 in the unit.");
        }
        catch (IOException e)
        {
            return Finding.Bad("open files", e.Message, "ulimit -n 65536, or LimitNOFILE=65536 in the unit.");
        }
    }

    private static Finding Port(Options options)
    {
        try
        {
            using var socket = ListenSocket.Bind(new(IPAddress.Parse(options.Bind), options.Port), options.DeadPeerTimeout);
            return Finding.Good("port", $"{options.Port} on {options.Bind} is free");
        }
        catch (SocketException e)
        {
            return ListenSocket.Explain(e, options) is { } why
                ? Finding.Bad("port", why[..why.IndexOf(':')], why[(why.IndexOf(':') + 2)..])
                : Finding.Bad("port", e.Message, "Choose another --port or --bind.");
        }
    }

    private static Finding WorkerPorts(Options options)
    {
        var all = Enumerable.Range(options.FirstWorkerPort, options.LastWorkerPort - options.FirstWorkerPort + 1).ToList();
        var taken = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
            .Select(listener => listener.Port).Intersect(all).Count();
        return all.Count - taken >= Math.Max(1, options.MaxWorkers)
            ? Finding.Good("worker ports", $"{all.Count - taken} of {options.FirstWorkerPort}-{options.LastWorkerPort} are free")
            : Finding.Bad("worker ports", $"{taken} of {all.Count} are taken", "Choose another range with --worker-ports.");
    }

    private static Finding Keys(Options options)
    {
        try
        {
            var count = options.ApiKeys.Count + options.OperatorKeys.Count + KeyFile.Read(options.ApiKeyFile).Length;
            if (options.ApiKeyFile.Length > 0 && count == 0)
                return Finding.Weak("keys", $"{options.ApiKeyFile} has none, so nobody can call", "steelyard keys add NAME");
            return Finding.Good("keys", count == 0 ? "none: only this machine can call" : $"{count}");
        }
        catch (KeyFileException e)
        {
            return Finding.Bad("keys", e.Message, "Mend the file, or let the node's user read it: steelyard keys ls");
        }
    }
}
