using Steelyard.Doctor;

namespace Steelyard.Tests.Unit.Doctor;

public sealed class KernelCheckTests
{
    [Theory]
    [InlineData("5.3", Verdict.Bad, "a node needs 5.4")]
    [InlineData("5.10.0", Verdict.Weak, "browsers can read all files")]
    [InlineData("6.1.170", Verdict.Weak, "not for clients over CDP")]
    [InlineData("6.7.0", Verdict.Good, "Linux 6.7.0")]
    [InlineData("6.12.3", Verdict.Good, "Linux 6.12.3")]
    internal void An_old_kernel_is_named_with_what_it_lacks(string version, Verdict verdict, string detail)
    {
        var finding = KernelCheck.Of(Version.Parse(version));
        Assert.Equal(verdict, finding.Verdict);
        Assert.Contains(detail, finding.Detail, StringComparison.Ordinal);
        Assert.Equal(verdict == Verdict.Good, finding.Remedy is null);
    }
}
