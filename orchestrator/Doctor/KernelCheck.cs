namespace Steelyard.Doctor;

/// <summary>What a version of Linux can do for a node.</summary>
internal static class KernelCheck
{
    private const string What = "kernel";

    // waitid(2) with a pidfd.
    private static readonly Version Least = new(5, 4);
    private static readonly Version Files = new(5, 13);
    private static readonly Version Egress = new(6, 7);

    /// <param name="version">The kernel's version.</param>
    public static Finding Of(Version version)
    {
        var update = $"Update to Linux {Egress} or later; Debian 13 and Ubuntu 24.04 have one.";
        if (version < Least)
            return Finding.Bad(What, $"Linux {version}: a node needs {Least}, to hold its workers by pidfds", update);
        if (version < Files)
            return Finding.Weak(What, $"Linux {version}: before {Files} browsers can read all files that their user can", update);
        return version < Egress
            ? Finding.Weak(What, $"Linux {version}: before {Egress} the --egress rules hold for pages, not for clients over CDP", update)
            : Finding.Good(What, $"Linux {version}");
    }
}
