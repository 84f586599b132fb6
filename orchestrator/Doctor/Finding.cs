namespace Steelyard.Doctor;

/// <summary>How bad something is.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>A node runs, but not as well or as safely as it could.</summary>
    Weak,

    /// <summary>A node does not run, or nobody can use it.</summary>
    Bad,
}

/// <summary>What one look at the machine has shown.</summary>
/// <param name="What">What was looked at, in one or two words.</param>
/// <param name="Verdict">How bad it is.</param>
/// <param name="Detail">What is there, for people.</param>
/// <param name="Remedy">What to do; null when there is nothing to do.</param>
internal sealed record Finding(string What, Verdict Verdict, string Detail, string? Remedy = null)
{
    public static Finding Good(string what, string detail) => new(what, Verdict.Good, detail);

    public static Finding Weak(string what, string detail, string remedy) => new(what, Verdict.Weak, detail, remedy);

    public static Finding Bad(string what, string detail, string remedy) => new(what, Verdict.Bad, detail, remedy);
}
