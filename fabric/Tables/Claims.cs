namespace Steelyard.Fabric.Tables;

/// <summary>What both kinds of claims ask of their callers.</summary>
internal static class Claims
{
    public static void Check(string owner, TimeSpan? life)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        if (life is { } limited)
            ArgumentOutOfRangeException.ThrowIfLessThan(limited, TimeSpan.FromMilliseconds(1), nameof(life));
    }
}
