namespace Steelyard.Tests.Functional;

/// <summary>Whether attacks that take minutes are tried in all their variants, as by `make attacks`: `make test` tries some of each.</summary>
internal static class LongForm
{
    private const string Variable = "ATTACKS";

    /// <summary>True when the variable says "all".</summary>
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable(Variable) == "all";
}
