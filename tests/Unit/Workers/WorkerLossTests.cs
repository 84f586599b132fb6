using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerLossTests
{
    private const int LongestClose = 123;

    public static IEnumerable<TheoryDataRow<StopReason>> Reasons =>
        Enum.GetValues<StopReason>().Select(reason => new TheoryDataRow<StopReason>(reason));

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_a_cause_in_the_API_and_a_text_that_fits_into_a_close_frame(StopReason reason)
    {
        var loss = WorkerLoss.Of(reason, new(long.MaxValue / 2, int.MaxValue, null, long.MaxValue / 2));
        Assert.Matches("^[a-z]+(_[a-z]+)*$", loss.Cause);
        Assert.True(loss.Text.All(char.IsAscii), loss.Text);
        Assert.InRange($"worker lost: {WorkerLoss.Of(reason, new(2L << 30, 200, null, 2L << 30)).Text}".Length, 1, LongestClose);
    }

    [Fact]
    public void Causes_tell_the_reasons_apart() =>
        Assert.Distinct(Enum.GetValues<StopReason>().Select(reason => reason.Cause()));

    [Fact]
    public void Want_of_memory_is_told_with_its_limit_and_the_option_that_raises_it() => Assert.Equal(
        new("out_of_memory", "it ran out of memory, and used more than its memory limit of 700 MiB (--worker-memory)"),
        WorkerLoss.Of(StopReason.OverMemory, new(700L << 20, null, null, null)));
}
