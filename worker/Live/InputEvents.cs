using System.Globalization;
using System.Text.Json;

namespace SteelBrowser.Live;

/// <summary>Converts a viewer's mouse and keyboard messages to calls of the CDP domain Input.</summary>
internal static class InputEvents
{
    private const int AllModifiers = 15;
    private const int AllButtons = 31;
    private const int MostClicks = 3;
    private const int LastKeyCode = 255;

    /// <summary>The parameters of <c>Input.dispatchMouseEvent</c>.</summary>
    public static string Mouse(ViewerMessage message)
    {
        var type = message.OneOf("event", "", "move", "down", "up", "wheel") switch
        {
            "move" => "mouseMoved",
            "down" => "mousePressed",
            "up" => "mouseReleased",
            _ => "mouseWheel",
        };
        var button = message.OneOf("button", "none", "none", "left", "middle", "right");
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"type":"{{type}}","x":{{message.Pixels("x")}},"y":{{message.Pixels("y")}},
            "deltaX":{{message.Pixels("deltaX")}},"deltaY":{{message.Pixels("deltaY")}},
            "button":"{{button}}","buttons":{{message.Number("buttons", AllButtons)}},
            "clickCount":{{message.Number("clickCount", MostClicks)}},"modifiers":{{message.Number("modifiers", AllModifiers)}}}
            """);
    }

    /// <summary>The parameters of <c>Input.dispatchKeyEvent</c>. A key without text, such as an arrow, becomes a raw key event.</summary>
    public static string Key(ViewerMessage message)
    {
        var text = message.OptionalText("text") ?? "";
        var isDown = message.OneOf("event", "", "down", "up") == "down";
        var type = !isDown ? "keyUp" : text.Length > 0 ? "keyDown" : "rawKeyDown";
        var code = message.Number("keyCode", LastKeyCode);
        var quoted = Quote(text);
        var typed = isDown && text.Length > 0 ? $$""","text":{{quoted}},"unmodifiedText":{{quoted}}""" : "";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"type":"{{type}}","key":{{Quote(message.Text("key"))}},"code":{{Quote(message.OptionalText("code") ?? "")}}{{typed}},
            "windowsVirtualKeyCode":{{code}},"nativeVirtualKeyCode":{{code}},"modifiers":{{message.Number("modifiers", AllModifiers)}}}
            """);
    }

    /// <summary>The parameters of <c>Input.insertText</c>.</summary>
    public static string Insert(ViewerMessage message) => $$"""{"text":{{Quote(message.Text("text"))}}}""";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
