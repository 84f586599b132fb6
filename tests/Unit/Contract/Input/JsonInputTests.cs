using Steelyard.Contract.Input;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.Contract.Input;

public sealed class JsonInputTests
{
    [Fact]
    public void A_member_that_is_null_counts_as_left_out() =>
        Assert.Equal(["b", "d"], JsonInput.Members(Json("""{"a":null,"b":1,"c":null,"d":false}"""), null).Select(member => member.Name));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"{}\"")]
    public void What_is_no_object_has_no_members(string json)
    {
        Assert.Null(Field(() => JsonInput.Members(Json(json), null).Count()));
        Assert.Equal("proxy", Field(() => JsonInput.Members(Json(json), "proxy").Count()));
    }

    [Theory]
    [InlineData("""{"a":1,"b":2,"a":1}""", "in.a")]
    [InlineData("""{"a":1,"\u0061":2}""", "in.a")]
    [InlineData("""{"a":1,"a":null}""", "in.a")]
    [InlineData("""{"":1,"":2}""", "in.")]
    public void A_name_that_is_given_twice_is_refused(string json, string field) =>
        Assert.Equal(field, Field(() => JsonInput.Members(Json(json), "in").Count()));

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a\udc00b":1}""")]
    public void A_name_with_half_of_a_character_is_refused(string json)
    {
        Assert.Equal("in", Field(() => JsonInput.Members(Json(json), "in").Count()));
        Assert.Null(Field(() => JsonInput.Members(Json(json), null).Count()));
    }

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"\\u0000\"", "\0")]
    [InlineData("\"\\ud83d\\ude42\"", "🙂")]
    public void A_text_is_decoded(string json, string text) => Assert.Equal(text, JsonInput.Text(Json(json), "x", 2));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"abc\"")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("[\"a\"]")]
    [InlineData("{}")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ude42\\ud83d\"")]
    public void What_is_no_text_of_the_length_is_refused(string json) => Assert.Equal("x", Field(() => JsonInput.Text(Json(json), "x", 2)));

    [Fact]
    public void A_text_may_be_empty_where_it_is_allowed() => Assert.Equal("", JsonInput.Text(Json("\"\""), "x", 2, least: 0));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("1.5e1", 15)]
    [InlineData("1e-400", 0)]
    public void A_number_in_range_is_taken(string json, double number) => Assert.Equal(number, JsonInput.Number(Json(json), "x", -1, 15));

    [Theory]
    [InlineData("15.1")]
    [InlineData("-1.000001")]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    public void Any_other_number_is_refused(string json) => Assert.Equal("x", Field(() => JsonInput.Number(Json(json), "x", -1, 15)));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("10", 10)]
    public void A_whole_number_in_range_is_taken(string json, int number) => Assert.Equal(number, JsonInput.Whole(Json(json), "x", 1, 10));

    [Theory]
    [InlineData("0")]
    [InlineData("11")]
    [InlineData("1.5")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    [InlineData("\"1\"")]
    public void Any_other_whole_number_is_refused(string json) => Assert.Equal("x", Field(() => JsonInput.Whole(Json(json), "x", 1, 10)));

    [Theory]
    [InlineData("1")]
    [InlineData("\"true\"")]
    [InlineData("{}")]
    public void A_flag_is_true_or_false(string json) => Assert.Equal("x", Field(() => JsonInput.Flag(Json(json), "x")));

    [Fact]
    public void Elements_have_their_place_in_their_path_and_a_bound()
    {
        Assert.Equal(["x[0]", "x[1]"], JsonInput.Elements(Json("[1,2]"), "x", 2).Select(element => element.Field));
        Assert.Equal("x", Field(() => JsonInput.Elements(Json("[1,2,3]"), "x", 2).Count()));
        Assert.Equal("x", Field(() => JsonInput.Elements(Json("{}"), "x", 2).Count()));
    }
}
