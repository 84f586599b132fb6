using System.Net;
using Steelyard.Contract.Egress;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>Checks what depends on several options.</summary>
internal static class OptionChecks
{
    /// <summary>
    /// Fills in values that depend on the machine, and checks what depends on several options. Throws <see cref="ArgumentException"/>.
    /// </summary>
    internal static Options Complete(Options options)
    {
        if (options.ApiKeys.Concat(options.OperatorKeys).FirstOrDefault(key => key.EndsWith(':')) is { } empty)
            throw new ArgumentException($"--api-key or --operator-key: '{empty}' is a name without a key: write NAME:KEY");
        if (!IPAddress.IsLoopback(IPAddress.Parse(options.Bind))
            && options.ApiKeys.Count + options.OperatorKeys.Count + options.ApiKeyFile.Length == 0
            && !options.AllowAnonymous)
        {
            throw new ArgumentException(
                $"--bind {options.Bind} would let anyone on the network drive browsers here: give an --api-key, or --allow-anonymous " +
                "if you mean it");
        }

        CheckOwn(options);
        CheckCluster(options);
        CheckTogether(options.EgressRules);
        CheckApart([.. options.BrowserFolders.Select(Exposure.Real)]);
        return options with
        {
            NodeName = options.NodeName.Length > 0 ? options.NodeName : HostName(),
            RunDirectory = options.RunDirectory.Length > 0 ? options.RunDirectory : DefaultFolders.Run(options.Port),
            DataDirectory = options.History ? options.DataDirectory ?? DefaultFolders.Data(options.Port) : "",
        };
    }

    private static void CheckTogether(IReadOnlyList<string> egressRules)
    {
        try
        {
            EgressRules.Parse(egressRules);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"--egress: {e.Message}", e);
        }
    }

    // A browser could replace the inner folder by a link, and the next browser would get access to the target of the link.
    private static void CheckApart(IReadOnlyList<string> folders)
    {
        foreach (var outer in folders)
        {
            if (folders.FirstOrDefault(inner => inner != outer && Exposure.IsWithin(inner, outer)) is { } inner)
                throw new ArgumentException($"--browser-folder {inner} is inside {outer}, where browsers can write already: leave it out");
        }
    }

    private static void CheckOwn(Options options)
    {
        if (options.TlsCert.Length > 0 != options.TlsKey.Length > 0)
            throw new ArgumentException("--tls-cert and --tls-key must be given together");
        if (options.ProbeInterval < TimeSpan.FromMilliseconds(20))
            throw new ArgumentException("--probe-interval must be at least 20ms");
        if (options.HangTimeout <= options.ProbeInterval)
            throw new ArgumentException("--hang-timeout must be longer than --probe-interval");
        if (options.StarvedTimeout < options.HangTimeout)
            throw new ArgumentException("--starved-timeout must not be shorter than --hang-timeout");
        if (options.WorkerStopGrace >= options.ShutdownTimeout)
            throw new ArgumentException("--worker-stop-grace must be shorter than --shutdown-timeout: a shutdown waits for it");
        if (options.NodeHangTimeout < TimeSpan.FromSeconds(1) || options.NodeStartTimeout < options.NodeHangTimeout)
            throw new ArgumentException("--node-hang-timeout must be at least 1s, and --node-start-timeout must not be shorter than it");
        if (options.MaxWorkers > options.LastWorkerPort - options.FirstWorkerPort + 1)
        {
            throw new ArgumentException(
                $"--max-workers {options.MaxWorkers} is more than the ports of --worker-ports: widen the range, or lower --max-workers");
        }
    }

    private static void CheckCluster(Options options)
    {
        if (options.IsClustered && options.ClusterSecretFile.Length == 0)
            throw new ArgumentException(
                "--cluster needs --cluster-secret-file: with the secret, nodes prove to each other who they are. Make one with " +
                "`openssl rand -hex 32 > FILE`, and give the same to all nodes");
        if (options is { IsClustered: false, Redirect: not null })
            throw new ArgumentException("--redirect needs --cluster: only other nodes can send clients here");
        if (options.ClusterGrace < TimeSpan.FromSeconds(4))
            throw new ArgumentException("--cluster-grace must be at least 4s");
    }

    private static string HostName()
    {
        var name = string.Concat(Environment.MachineName.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-').Take(63));
        return name.Length > 0 ? name : "node";
    }
}
