using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Settings;

public sealed class SizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1048576)]
    [InlineData("64K", 65536)]
    [InlineData("64KiB", 65536)]
    [InlineData("16M", 16777216)]
    [InlineData("2G", 2147483648)]
    [InlineData("2GiB", 2147483648)]
    [InlineData("1T", 1099511627776)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes) => Assert.Equal(bytes, Size.Parse(text, 0, 1L << 50));

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("iB")]
    [InlineData("5iB")]
    [InlineData("1.5G")]
    [InlineData("-1K")]
    [InlineData("2GB")]
    [InlineData("2g")]
    [InlineData("2 G")]
    [InlineData("9000000T")]
    [InlineData("99999999999T")]
    public void Anything_else_is_refused_with_the_range(string text) => Assert.Contains(
        "from 1K to 1024T",
        Assert.Throws<FormatException>(() => Size.Parse(text, 1024, 1L << 50)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(1023, "1023")]
    [InlineData(1024, "1K")]
    [InlineData(1536, "1536")]
    [InlineData(2147483648, "2G")]
    public void A_size_is_shown_in_the_form_in_which_it_can_be_given(long bytes, string text) => Assert.Equal(text, Size.Show(bytes));
}
