using System.Security.Cryptography;
using System.Text;

namespace Steelyard.Workers;

/// <summary>
/// Proves that a process is a worker of this run directory: it is in its environment, and nobody without the directory's secret can make it. So a
/// process is never stopped or taken over because of its pid, its name or its port alone.
/// </summary>
internal static class WorkerToken
{
    /// <summary>The environment variable that carries it.</summary>
    public const string Variable = "STEEL_WORKER_TOKEN";

    /// <param name="secret">The run directory's secret.</param>
    /// <param name="workerId">The worker it is for.</param>
    public static string Of(byte[] secret, string workerId) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("worker " + workerId)));
}
