using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Steelyard.Processes;

namespace Steelyard.Records;

/// <summary>
/// Proves that a process is a worker of this run directory, or a descendant of one: it cannot be made without the directory's secret. So
/// a process is never stopped or taken over only because of its pid, its name or its port. The token is in the environment, which a
/// program can empty for the processes that it starts. A shorter form is in the <see cref="ProcessMark"/>, which stays.
/// </summary>
internal static class WorkerToken
{
    // A mark has 63 bits: the worker's number and its proof.
    private const int ProofBits = 33;
    private const long LargestNumber = (1L << (63 - ProofBits)) - 1;

    /// <param name="secret">The run directory's secret.</param>
    /// <param name="workerId">The worker that the token is for.</param>
    public static string Of(byte[] secret, string workerId) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("worker " + workerId)));

    /// <summary>The mark of a worker and its descendants; null for an id without a number, or with a number that is too high.</summary>
    public static long? MarkOf(byte[] secret, string workerId) =>
        long.TryParse(workerId.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and <= LargestNumber
        && RunDirectory.WorkerId(number) == workerId
            ? (number << ProofBits) | Proof(secret, workerId)
            : null;

    /// <summary>The id of the worker that has this mark; null when the mark is not one of this run directory.</summary>
    public static string? OwnerOf(byte[] secret, long mark)
    {
        var id = RunDirectory.WorkerId(mark >> ProofBits);
        return MarkOf(secret, id) == mark ? id : null;
    }

    private static long Proof(byte[] secret, string workerId) =>
        BinaryPrimitives.ReadInt64LittleEndian(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("mark " + workerId)))
        & ((1L << ProofBits) - 1);
}
