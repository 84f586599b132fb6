namespace Steelyard.Pool;

/// <summary>Calculates how many working slots a pool should have. Pure.</summary>
internal static class PoolSize
{
    /// <summary>One worker for each lease and each waiting create, plus the warm workers, but not more than the maximum.</summary>
    public static int Target(int leased, int waiting, int warm, int max) => Math.Min(leased + waiting + warm, max);
}
