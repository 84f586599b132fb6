using SteelBrowser.Chromium;
using SteelBrowser.Computer;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.BundledWorker.Computer;

public sealed class ComputerParserTests
{
    [Fact]
    public void Every_action_is_read()
    {
        Assert.Equal(new Point(1.5, 0), Parse<MoveMouse>("""{"action":"move_mouse","coordinates":[1.5,0]}""").To);
        Assert.Equal((MouseButton.Left, ClickType.Click, null, 1), Click("""{"action":"click_mouse","button":"left"}"""));
        Assert.Equal(
            (MouseButton.Forward, ClickType.Down, new Point(1, 2), 3),
            Click("""{"action":"click_mouse","button":"forward","click_type":"down","coordinates":[1,2],"num_clicks":3}"""));
        Assert.Equal([new(1, 2), new(3, 4)], Parse<DragMouse>("""{"action":"drag_mouse","path":[[1,2],[3,4]]}""").Path);
        Assert.Equal(new Scroll(null, 0, -5), Parse<Scroll>("""{"action":"scroll","delta_y":-5}"""));
        Assert.Equal(["Control", "a"], Parse<PressKey>("""{"action":"press_key","keys":["ctrl+a"]}""").Keys.Select(key => key.Name));
        Assert.Equal("", Parse<TypeText>("""{"action":"type_text","text":""}""").Text);
        Assert.Equal(TimeSpan.FromSeconds(0.5), Parse<Wait>("""{"action":"wait","duration":0.5}""").Duration);
        Assert.True(Parse<TakeScreenshot>("""{"action":"take_screenshot"}""") is { Screenshot: false });
        Assert.Equal(
            ["Shift"],
            Parse<GetCursorPosition>("""{"action":"get_cursor_position","hold_keys":["shift"],"screenshot":true}""")
                .HoldKeys.Select(key => key.Name));
    }

    [Theory]
    [InlineData("{}", "action")]
    [InlineData("""{"action":7}""", "action")]
    [InlineData("""{"action":"fly"}""", "action")]
    [InlineData("""{"action":"wait","action":"wait","duration":1}""", "action")]
    [InlineData("""{"action":"move_mouse"}""", "coordinates")]
    [InlineData("""{"action":"move_mouse","coordinates":[1]}""", "coordinates")]
    [InlineData("""{"action":"move_mouse","coordinates":[1,2,3]}""", "coordinates")]
    [InlineData("""{"action":"move_mouse","coordinates":[1,null]}""", "coordinates[1]")]
    [InlineData("""{"action":"move_mouse","coordinates":[-1,0]}""", "coordinates[0]")]
    [InlineData("""{"action":"move_mouse","coordinates":[0,100001]}""", "coordinates[1]")]
    [InlineData("""{"action":"move_mouse","coordinates":"1,2"}""", "coordinates")]
    [InlineData("""{"action":"click_mouse"}""", "button")]
    [InlineData("""{"action":"click_mouse","button":"side"}""", "button")]
    [InlineData("""{"action":"click_mouse","button":"left","click_type":"double"}""", "click_type")]
    [InlineData("""{"action":"click_mouse","button":"left","num_clicks":11}""", "num_clicks")]
    [InlineData("""{"action":"click_mouse","button":"left","num_clicks":1.5}""", "num_clicks")]
    [InlineData("""{"action":"drag_mouse","path":[]}""", "path")]
    [InlineData("""{"action":"drag_mouse","path":[[1,2],[3]]}""", "path[1]")]
    [InlineData("""{"action":"scroll","delta_x":1e999}""", "delta_x")]
    [InlineData("""{"action":"press_key","keys":["a","Hyper"]}""", "keys[1]")]
    [InlineData("""{"action":"press_key","keys":"a"}""", "keys")]
    [InlineData("""{"action":"press_key","keys":["a"],"duration":60.1}""", "duration")]
    [InlineData("""{"action":"type_text"}""", "text")]
    [InlineData("""{"action":"type_text","text":"\ud800"}""", "text")]
    [InlineData("""{"action":"wait","duration":-1}""", "duration")]
    [InlineData("""{"action":"wait","duration":"1"}""", "duration")]
    [InlineData("""{"action":"wait","duration":1,"screenshot":"yes"}""", "screenshot")]
    [InlineData("""{"action":"wait","duration":1,"hold_keys":[1]}""", "hold_keys[0]")]
    [InlineData("[]", null)]
    public void What_cannot_be_meant_is_refused_by_name(string json, string? field) =>
        Assert.Equal(field, Field(() => Parse<ComputerAction>(json)));

    [Theory]
    [InlineData(16, 1, true)]
    [InlineData(17, 1, false)]
    [InlineData(1, 16, true)]
    [InlineData(1, 17, false)]
    [InlineData(4, 5, false)]
    public void So_many_keys_are_held_and_no_more_however_they_are_written(int names, int keysEach, bool taken)
    {
        var name = string.Join('+', Enumerable.Repeat("a", keysEach));
        var json = $$"""{"action":"press_key","keys":[{{string.Join(',', Enumerable.Repeat($"\"{name}\"", names))}}]}""";
        if (taken)
            Assert.Equal(16, Parse<PressKey>(json).Keys.Count);
        else
            Assert.Equal("keys", Field(() => Parse<PressKey>(json)));
    }

    [Fact]
    public void A_text_has_a_greatest_length()
    {
        Assert.Equal(10_000, Parse<TypeText>(With(10_000)).Text.Length);
        Assert.Equal("text", Field(() => Parse<TypeText>(With(10_001))));

        static string With(int length) => $$"""{"action":"type_text","text":"{{new string('x', length)}}"}""";
    }

    private static (MouseButton Button, ClickType Type, Point? At, int Clicks) Click(string json)
    {
        var click = Parse<ClickMouse>(json);
        return (click.Button, click.Type, click.At, click.Clicks);
    }

    private static T Parse<T>(string json)
        where T : ComputerAction => Assert.IsAssignableFrom<T>(ComputerParser.Parse(Json(json)));
}
