using Steelyard.Processes;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Steelyard.Records;

/// <summary>
/// Proves that a process is a worker of this run directory, or descends from one: nobody without the directory's secret can make it. So a
/// process is never stopped or taken over because of its pid, its name or its port alone. It is in the environment, which a program may
/// empty for those that it starts, and, shorter, in the <see cref="ProcessMark"/>, which stays.
/// </summary>
internal static class WorkerToken
{
    // A mark has 63 bits: the worker's number, and what proves it.
    private const int ProofBits = 33;
    private const long LargestNumber = (1L << (63 - ProofBits)) - 1;

    /// <param name="secret">The run directory's secret.</param>
    /// <param name="workerId">The worker it is for.</param>
    public static string Of(byte[] secret, string workerId) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("worker " + workerId)));

    /// <summary>The mark of a worker and its descendants; null for an id that has no number, or too high a one.</summary>
    public static long? MarkOf(byte[] secret, string workerId) =>
        long.TryParse(workerId.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= LargestNumber && RunDirectory.WorkerId(number) == workerId
            ? (number << ProofBits) | Proof(secret, workerId)
            : null;

    /// <summary>Whose mark this is; null when it is none of this run directory.</summary>
    public static string? OwnerOf(byte[] secret, long mark)
    {
        var id = RunDirectory.WorkerId(mark >> ProofBits);
        return MarkOf(secret, id) == mark ? id : null;
    }

    private static long Proof(byte[] secret, string workerId) =>
        BinaryPrimitives.ReadInt64LittleEndian(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("mark " + workerId))) & ((1L << ProofBits) - 1);
}
