using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Settings;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("prot", "port")]
    [InlineData("max-worker", "max-workers")]
    [InlineData("session-tll", "session-ttl")]
    [InlineData("quuxfrobnicate", null)]
    [InlineData("x", null)]
    public void A_misspelt_option_leads_to_the_one_that_was_meant(string word, string? name) =>
        Assert.Equal(name, NearestName.Of(word, OptionTable.All.Select(option => option.Name)));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("a", "", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("port", "prot", 2)]
    public void Edits_are_counted(string from, string to, int edits) => Assert.Equal(edits, NearestName.Edits(from, to));
}
