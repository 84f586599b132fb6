using System.Text;
using CsCheck;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionBodyTests
{
    [Theory]
    [InlineData("""{"id":"abc"}""", "\"abc\"")]
    [InlineData("""{"id":"abc","created_at":1700000000}""", "\"abc\"")]
    [InlineData("""{"data":{"user":1},"id":"abc"}""", "\"abc\"")]
    [InlineData("""  { "x" : null , "id"  :  "abc"  }  """, "\"abc\"")]
    [InlineData("{\n\t\"id\":\r\n\"abc\"\n}\n", "\"abc\"")]
    [InlineData("""{"id":17}""", "17")]
    [InlineData("""{"id":-1.5e+10,"x":1}""", "-1.5e+10")]
    [InlineData("""{"id":"a\"b\\c\u00e9"}""", """
        "a\"b\\c\u00e9"
        """)]
    [InlineData("""{"id":""}""", "\"\"")]
    [InlineData("""{"id":"é🙂","x":"é"}""", "\"é🙂\"")]
    [InlineData("""{"\u0069d":"abc"}""", "\"abc\"")]
    [InlineData("""{"data":{"id":"inner"},"id":"outer"}""", "\"outer\"")]
    [InlineData("""{"id":"outer","data":{"id":"inner"}}""", "\"outer\"")]
    [InlineData("""{"data":[{"id":1},[{"id":2}]],"id":"outer","more":{"a":{"id":{"id":3}}}}""", "\"outer\"")]
    [InlineData("""{"Id":1,"ID":2,"id ":3,"id":"x"}""", "\"x\"")]
    [InlineData("""{"text":"{\"id\":\"fake\"}","id":"real"}""", "\"real\"")]
    public void The_top_level_id_is_found_to_the_byte(string json, string token)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.True(SessionBody.TryFindId(bytes, out var range));
        Assert.Equal(token, Encoding.UTF8.GetString(bytes[range]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("\"id\"")]
    [InlineData("17")]
    [InlineData("""["id","abc"]""")]
    [InlineData("""[{"id":"abc"}]""")]
    [InlineData("{}")]
    [InlineData("""{"session":"abc"}""")]
    [InlineData("""{"ID":"abc"}""")]
    [InlineData("""{"data":{"id":"inner"}}""")]
    [InlineData("""{"id":null}""")]
    [InlineData("""{"id":true}""")]
    [InlineData("""{"id":{"id":"abc"}}""")]
    [InlineData("""{"id":["abc"]}""")]
    [InlineData("""{"id":"a","id":"b"}""")]
    [InlineData("""{"id":"a","id":"a"}""")]
    [InlineData("""{"id":"a","\u0069d":"b"}""")]
    [InlineData("""{"id":"abc"} x""")]
    [InlineData("""{"id":"abc"}{"id":"abc"}""")]
    [InlineData("""{"id":"abc"},""")]
    [InlineData("""{"id":"abc",}""")]
    [InlineData("""{"id":"abc" "x":1}""")]
    [InlineData("""{"id":abc}""")]
    [InlineData("""{'id':'abc'}""")]
    [InlineData("""{"id":"abc"/*comment*/}""")]
    [InlineData("""{"id":"a\x"}""")]
    [InlineData("""{"id":01}""")]
    [InlineData("{\"id\":\"a\nb\"}")]
    [InlineData("{\"id\":\"abc\"}\0")]
    [InlineData("<html>502</html>")]
    public void A_body_without_exactly_one_id_is_refused(string json) =>
        Assert.False(SessionBody.TryFindId(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void A_body_cut_off_anywhere_is_refused()
    {
        var whole = """{"created_at":"2030-01-01T00:00:00Z","id":"abc","data":{"list":[1,{"id":2}]}}"""u8;
        Assert.True(SessionBody.TryFindId(whole, out _));
        for (var length = 0; length < whole.Length; length++)
            Assert.False(SessionBody.TryFindId(whole[..length], out _));
    }

    [Fact]
    public void The_deepest_body_we_let_in_may_come_back_wrapped()
    {
        var deep = new string('[', SessionBody.MaxBodyDepth) + new string(']', SessionBody.MaxBodyDepth);
        Assert.True(SessionBody.TryFindId(Encoding.UTF8.GetBytes("{\"data\":" + deep + ",\"id\":\"x\"}"), out _));
    }

    [Fact]
    public void Deeper_nesting_is_refused_and_breaks_nothing()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        Assert.False(SessionBody.TryFindId(Encoding.UTF8.GetBytes("{\"data\":" + deep + ",\"id\":\"x\"}"), out _));
    }

    [Theory]
    [InlineData("""{"\ud800":1,"id":"x"}""", true)]
    [InlineData("""{"a\udfff":1,"id":"x"}""", true)]
    [InlineData("""{"id\ud800":1,"id":"x"}""", true)]
    [InlineData("""{"\ud800":1}""", false)]
    public void A_name_that_is_half_a_surrogate_pair_does_not_break_it(string json, bool found) =>
        Assert.Equal(found, SessionBody.TryFindId(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void Names_that_are_not_utf8_do_not_break_it()
    {
        byte[] json = [.. "{\""u8, 0xFF, 0xC0, .. "\":1,\"id\":\"x\"}"u8];
        Assert.Null(Record.Exception(() => SessionBody.TryFindId(json, out _)));
    }

    [Fact]
    public void Any_bytes_at_all_are_answered_without_an_exception() =>
        Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Gen.OneOf("{", "}", "[", "]", "\"id\"", "\"\\ud800\"", ":", ",", "1", "null", "\"x\"", " ").Array[0, 20]
                .Select(words => Encoding.UTF8.GetBytes(string.Concat(words))))
            .Sample(
                bytes =>
                {
                    if (SessionBody.TryFindId(bytes, out var range))
                        SessionBody.TryReadId(bytes.AsSpan()[range], out _);
                },
                iter: 100_000);

    [Fact]
    public void Every_byte_outside_the_found_range_is_left_as_it_was()
    {
        const string before = """{"n":1.0e+2,"s":"\u00e9\/ é", "nested":{"id":[1,{"id":2}]} , "id": """;
        const string after = """ ,"last":[ ] }""" + "\n";
        var bytes = Encoding.UTF8.GetBytes(before + "\"private\"" + after);
        Assert.True(SessionBody.TryFindId(bytes, out var range));
        var (start, length) = range.GetOffsetAndLength(bytes.Length);
        Assert.Equal(
            before + "\"public\"" + after,
            Encoding.UTF8.GetString([.. bytes[..start], .. "\"public\""u8, .. bytes[(start + length)..]]));
    }

    [Theory]
    [InlineData("\"abc\"", "abc")]
    [InlineData("17", "17")]
    [InlineData("-1.50e+10", "-1.50e+10")]
    [InlineData("\"a\\\"b\\u00e9\"", "a\"bé")]
    [InlineData("\"\\ud83d\\ude42\"", "🙂")]
    public void The_id_reads_as_its_text(string token, string text)
    {
        Assert.True(SessionBody.TryReadId(Encoding.UTF8.GetBytes(token), out var id));
        Assert.Equal(text, id);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"\\ud800\"")]
    public void An_empty_or_broken_id_is_refused(string token) => Assert.False(SessionBody.TryReadId(Encoding.UTF8.GetBytes(token), out _));

    [Fact]
    public void An_id_that_is_not_utf8_is_refused() => Assert.False(SessionBody.TryReadId([(byte)'"', 0xFF, (byte)'"'], out _));

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void An_absurdly_long_id_is_refused(int length, bool read) =>
        Assert.Equal(read, SessionBody.TryReadId(Encoding.UTF8.GetBytes('"' + new string('x', length) + '"'), out _));
}
