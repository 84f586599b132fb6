namespace Steelyard.Pool;

/// <summary>How many working slots a pool should have. Pure.</summary>
internal static class PoolSize
{
    /// <summary>One worker for each lease and each waiting create, and the warm ones beside them, under the ceiling.</summary>
    public static int Target(int leased, int waiting, int warm, int max) => Math.Min(leased + waiting + warm, max);
}
