using SteelBrowser.Faults;

namespace Steelyard.Tests.Unit.BundledWorker.Faults;

public sealed class FaultSpecTests
{
    [Fact]
    public void A_list_is_read_in_its_order()
    {
        FaultSpec[] expected =
        [
            new(FaultKind.Crash, FaultStep.Create, 0.05, null, default),
            new(FaultKind.Slow, FaultStep.Status, 1, null, TimeSpan.FromMilliseconds(500)),
            new(FaultKind.Slow, FaultStep.Start, 0, null, TimeSpan.FromSeconds(1)),
            new(FaultKind.Drip, FaultStep.Any, 0.5, null, TimeSpan.FromSeconds(1.5)),
            new(FaultKind.Garbage, FaultStep.Get, 1, "no-id", default),
            new(FaultKind.NeverReady, FaultStep.Start, 1, "deaf", default),
        ];
        Assert.Equal(
            expected,
            FaultSpec.ParseList(
                "crash@create=0.05, slow@status=1:500ms,,slow@start=0,drip@any=.5:1.5s,garbage@get=1:no-id,never-ready@start=1:deaf"));
        Assert.Empty(FaultSpec.ParseList(""));
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("crash@create")]
    [InlineData("crash=1")]
    [InlineData("crash@create=1=2")]
    [InlineData("Crash@create=1")]
    [InlineData("boom@create=1")]
    [InlineData("crash@begin=1")]
    [InlineData("crash@create=")]
    [InlineData("crash@create=1.1")]
    [InlineData("crash@create=-0.1")]
    [InlineData("crash@create=NaN")]
    [InlineData("crash@create=1e-1")]
    [InlineData("crash@create=0,5")]
    [InlineData("crash@create=1:now")]
    [InlineData("garbage@get=1:bits")]
    [InlineData("slow@get=1:5")]
    [InlineData("slow@get=1:-5s")]
    [InlineData("slow@get=1:ms")]
    [InlineData("slow@get=1:NaNs")]
    [InlineData("slow@get=1:9999999999s")]
    [InlineData("never-ready@get=1")]
    [InlineData("hang@start=1")]
    [InlineData("lying-status@get=1")]
    [InlineData("wrong-id@delete=1")]
    public void What_cannot_be_meant_is_refused_in_words(string text) =>
        Assert.StartsWith(
            "--faults: ",
            Assert.Throws<ArgumentException>(() => FaultSpec.ParseList(text)).Message,
            StringComparison.Ordinal);
}
