using Steelyard.Dialects.Steel;

namespace Steelyard.Tests.Unit.Dialects.Steel;

public sealed class PageOutputTests
{
    [Theory]
    [InlineData("""{"loading":true}""", """{"loading":true}""")]
    [InlineData("{}", "{}")]
    [InlineData("", "{}")]
    [InlineData("[1]", "{}")]
    [InlineData("null", "{}")]
    [InlineData("{", "{}")]
    [InlineData("""{"url":1,"url":2}""", "{}")]
    public void A_state_that_is_no_object_counts_as_none(string header, string state)
    {
        using var reply = new HttpResponseMessage();
        reply.Headers.TryAddWithoutValidation("X-Page-State", header);
        Assert.Equal(state, PageOutput.StateIn(reply).ToJsonString());
    }

    [Fact]
    public void Two_states_count_as_none()
    {
        using var reply = new HttpResponseMessage();
        reply.Headers.TryAddWithoutValidation("X-Page-State", ["{}", "{}"]);
        Assert.Empty(PageOutput.StateIn(reply));
        Assert.Empty(PageOutput.StateIn(new()));
    }
}
