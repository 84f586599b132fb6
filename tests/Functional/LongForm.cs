namespace Steelyard.Tests.Functional;

/// <summary>Whether tests try all variants, which takes minutes, as targets of their own do; `make test` tries a few of each.</summary>
internal static class LongForm
{
    /// <summary>All attacks of pages: `make attacks`.</summary>
    public static bool OfAttacks { get; } = Environment.GetEnvironmentVariable("ATTACKS") == "all";

    /// <summary>All faults of clusters on both kinds of table: `make clusters`.</summary>
    public static bool OfClusters { get; } = Environment.GetEnvironmentVariable("CLUSTERS") == "all";

    /// <summary>Skips a test that takes half a minute.</summary>
    public static void SkipUnlessOfClusters()
    {
        if (!OfClusters)
            Assert.Skip("`make clusters` tries it: it takes half a minute");
    }
}
