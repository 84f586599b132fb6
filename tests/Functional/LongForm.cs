namespace Steelyard.Tests.Functional;

/// <summary>Whether attack tests try all variants, which takes minutes, as `make attacks` does; `make test` tries a few of each.</summary>
internal static class LongForm
{
    private const string Variable = "ATTACKS";

    /// <summary>True when the variable has the value "all".</summary>
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable(Variable) == "all";
}
