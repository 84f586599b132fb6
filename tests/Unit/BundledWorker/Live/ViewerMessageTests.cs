using System.Text;
using System.Text.Json;
using SteelBrowser.Live;

namespace Steelyard.Tests.Unit.BundledWorker.Live;

public sealed class ViewerMessageTests
{
    [Fact]
    public void Fields_are_read_and_those_left_out_have_their_defaults()
    {
        var message = Parse("""{"type":"mouse","x":-1.5,"n":8}""");
        Assert.Equal("mouse", message.Type);
        Assert.Equal((-1.5, 0), (message.Pixels("x"), message.Pixels("y")));
        Assert.Equal((8, 0), (message.Number("n", 8), message.Number("m", 8)));
        Assert.Null(message.OptionalText("text"));
        Assert.Equal("none", message.OneOf("button", "none", "none", "left"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}{}")]
    [InlineData("{\"type\":\"a\"")]
    public void What_is_no_object_is_refused(string text) => Assert.Throws<BadMessageException>(() => Parse(text));

    [Fact]
    public void Too_deep_an_object_is_refused()
    {
        var depth = 100;
        Assert.Throws<BadMessageException>(() => Parse($$"""{"type":{{new string('[', depth)}}{{new string(']', depth)}}}"""));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"a\"]")]
    [InlineData("\"\\ud800\"")]
    public void What_is_no_text_is_refused(string value)
    {
        var message = Parse($$"""{"f":{{value}}}""");
        Assert.Contains("'f'", Assert.Throws<BadMessageException>(() => message.Text("f")).Message, StringComparison.Ordinal);
        Assert.Throws<BadMessageException>(() => message.OptionalText("f"));
        Assert.Throws<BadMessageException>(() => message.OneOf("f", "a", "a"));
    }

    [Theory]
    [InlineData("1e7")]
    [InlineData("-1e7")]
    [InlineData("1e999")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public void What_is_no_place_on_a_page_is_refused(string value) =>
        Assert.Throws<BadMessageException>(() => Parse($$"""{"f":{{value}}}""").Pixels("f"));

    [Theory]
    [InlineData("-1")]
    [InlineData("9")]
    [InlineData("1.5")]
    [InlineData("1e99")]
    [InlineData("true")]
    public void What_is_no_number_in_range_is_refused(string value) =>
        Assert.Throws<BadMessageException>(() => Parse($$"""{"f":{{value}}}""").Number("f", 8));

    [Theory]
    [InlineData("""{"\ud800":1,"type":"mouse"}""")]
    [InlineData("""{"\udfff\ud800":1,"type":"mouse"}""")]
    public void A_name_with_half_of_a_character_is_refused_whatever_is_read(string text)
    {
        Assert.Throws<BadMessageException>(() => Parse(text).Pixels("x"));
        Assert.Throws<BadMessageException>(() => Parse(text).Number("x", 1));
        Assert.Throws<BadMessageException>(() => Parse(text).OptionalText("x"));
        Assert.Throws<BadMessageException>(() => Parse(text).Text("x"));
    }

    [Theory]
    [InlineData("""{"type":"mouse","event":"move","x":1e-7,"y":-0.5,"buttons":1,"modifiers":15}""")]
    [InlineData("""{"type":"mouse","event":"wheel","deltaX":1000000,"deltaY":-3}""")]
    public void A_mouse_message_becomes_json_that_devtools_takes(string text)
    {
        using var call = JsonDocument.Parse(InputEvents.Mouse(Parse(text)));
        Assert.StartsWith("mouse", call.RootElement.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"key","event":"down","key":"\"","text":"\"\\\u0000"}""", "keyDown", "\"\\\0")]
    [InlineData("""{"type":"key","event":"down","key":"ArrowUp","keyCode":38}""", "rawKeyDown", null)]
    [InlineData("""{"type":"key","event":"up","key":"a","text":"a"}""", "keyUp", null)]
    public void A_key_message_becomes_json_that_devtools_takes(string text, string type, string? typed)
    {
        using var call = JsonDocument.Parse(InputEvents.Key(Parse(text)));
        Assert.Equal(type, call.RootElement.GetProperty("type").GetString());
        Assert.Equal(typed, call.RootElement.TryGetProperty("text", out var written) ? written.GetString() : null);
    }

    private static ViewerMessage Parse(string text) => ViewerMessage.Parse(Encoding.UTF8.GetBytes(text));
}
