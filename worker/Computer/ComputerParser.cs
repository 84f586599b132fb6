using System.Text.Json;
using SteelBrowser.Chromium;
using Steelyard.Contract.Input;
using static Steelyard.Contract.Input.JsonInput;

namespace SteelBrowser.Computer;

/// <summary>Reads a computer action in the format of steel-sdk. Every method throws <see cref="BadInputException"/>.</summary>
internal static class ComputerParser
{
    private const int MaxText = 10_000;
    private const int MaxKeys = 16;
    private const int MaxPoints = 1000;
    private const int MaxClicks = 10;
    private const double MaxCoordinate = 100_000;
    private const double MaxSeconds = 60;

    public static ComputerAction Parse(JsonElement body)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in Members(body, null))
            fields[name] = value;
        var action = ParseAction(new(fields));
        var common = action with
        {
            Screenshot = fields.TryGetValue("screenshot", out var screenshot) && Flag(screenshot, "screenshot"),
            HoldKeys = fields.TryGetValue("hold_keys", out var keys) ? ParseKeys(keys, "hold_keys") : [],
        };
        return common;
    }

    private static ComputerAction ParseAction(Fields fields) => Text(fields.Needed("action"), "action", MaxText) switch
    {
        "move_mouse" => new MoveMouse(ParsePoint(fields.Needed("coordinates"), "coordinates")),
        "click_mouse" => ParseClick(fields),
        "drag_mouse" => new DragMouse(ParsePath(fields.Needed("path"))),
        "scroll" => new Scroll(ParsePoint(fields), ParseDelta(fields, "delta_x"), ParseDelta(fields, "delta_y")),
        "press_key" => new PressKey(
            ParseKeys(fields.Needed("keys"), "keys"),
            fields.Get("duration") is { } held ? ParseSeconds(held) : TimeSpan.Zero),
        "type_text" => new TypeText(Text(fields.Needed("text"), "text", MaxText, least: 0)),
        "wait" => new Wait(ParseSeconds(fields.Needed("duration"))),
        "take_screenshot" => new TakeScreenshot(),
        "get_cursor_position" => new GetCursorPosition(),
        var other => throw new BadInputException($"unknown action: {other}", "action"),
    };

    private static ClickMouse ParseClick(Fields fields) => new(
        ParseButton(fields.Needed("button")),
        ParseType(fields.Get("click_type")),
        ParsePoint(fields),
        fields.Get("num_clicks") is { } clicks ? Whole(clicks, "num_clicks", 1, MaxClicks) : 1);

    private static Point? ParsePoint(Fields fields) => fields.Get("coordinates") is { } value ? ParsePoint(value, "coordinates") : null;

    private static Point ParsePoint(JsonElement value, string field)
    {
        var numbers = Elements(value, field, 2).Select(number => Number(number.Value, number.Field, 0, MaxCoordinate)).ToArray();
        return numbers.Length == 2
            ? new(numbers[0], numbers[1])
            : throw new BadInputException($"{field} must be two numbers, [x, y]", field);
    }

    private static Point[] ParsePath(JsonElement value)
    {
        var path = Elements(value, "path", MaxPoints).Select(point => ParsePoint(point.Value, point.Field)).ToArray();
        return path.Length > 0 ? path : throw new BadInputException("path must have at least one point", "path");
    }

    private static MouseButton ParseButton(JsonElement value) => Text(value, "button", MaxText) switch
    {
        "left" => MouseButton.Left,
        "right" => MouseButton.Right,
        "middle" => MouseButton.Middle,
        "back" => MouseButton.Back,
        "forward" => MouseButton.Forward,
        _ => throw new BadInputException("button must be left, right, middle, back or forward", "button"),
    };

    private static ClickType ParseType(JsonElement? value) =>
        value is null ? ClickType.Click : Text(value.Value, "click_type", MaxText) switch
        {
            "click" => ClickType.Click,
            "down" => ClickType.Down,
            "up" => ClickType.Up,
            _ => throw new BadInputException("click_type must be click, down or up", "click_type"),
        };

    private static double ParseDelta(Fields fields, string name) =>
        fields.Get(name) is { } value ? Number(value, name, -MaxCoordinate, MaxCoordinate) : 0;

    private static TimeSpan ParseSeconds(JsonElement value) => TimeSpan.FromSeconds(Number(value, "duration", 0, MaxSeconds));

    private static Key[] ParseKeys(JsonElement value, string field)
    {
        var keys = Elements(value, field, MaxKeys).SelectMany(name => KeyNames.Find(Text(name.Value, name.Field, MaxText))
            ?? throw new BadInputException($"unknown key: {name.Value}", name.Field)).ToArray();
        return keys.Length <= MaxKeys
            ? keys
            : throw new BadInputException($"{field} must have at most {MaxKeys} keys, including the keys of chords", field);
    }

    private sealed class Fields(Dictionary<string, JsonElement> fields)
    {
        public JsonElement? Get(string name) => fields.TryGetValue(name, out var value) ? value : null;

        public JsonElement Needed(string name) => Get(name) ?? throw new BadInputException($"{name} is missing", name);
    }
}
