using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;
using SteelBrowser.Http;
using SteelBrowser.Pages;

namespace SteelBrowser.Computer;

/// <summary>Performs computer actions on the page that was active last. Throws as <see cref="PageSession"/> does.</summary>
internal sealed class ComputerApi(PageFinder pages, TimeProvider time)
{
    public async Task<Reply> RunAsync(Browser browser, ComputerAction action, CancellationToken deadline)
    {
        var state = browser.Input;
        await state.Turn.WaitAsync(deadline);
        try
        {
            using var page = await pages.AttachAsync(browser, deadline);
            await new Keyboard(page, state, deadline).HoldAsync(action.HoldKeys, () => DoAsync(action, page, state, deadline));
            var picture = action.Screenshot || action is TakeScreenshot ? await PageTools.CaptureAsync(page, "", deadline) : default;
            var output = action is GetCursorPosition
                ? string.Create(CultureInfo.InvariantCulture, $"X={state.Mouse.X},Y={state.Mouse.Y}")
                : null;
            return Answer(picture, output);
        }
        finally
        {
            state.Turn.Release();
        }
    }

    private Task DoAsync(ComputerAction action, PageSession page, InputState state, CancellationToken deadline)
    {
        var mouse = new Mouse(page, state, deadline);
        var keyboard = new Keyboard(page, state, deadline);
        return action switch
        {
            MoveMouse move => mouse.MoveAsync(move.To),
            ClickMouse click => ClickAsync(mouse, click),
            DragMouse drag => mouse.DragAsync(drag.Path),
            Scroll scroll => ScrollAsync(mouse, scroll),
            PressKey press => keyboard.HoldAsync(press.Keys, () => Task.Delay(press.Duration, time, deadline)),
            TypeText type => keyboard.TypeAsync(type.Text),
            Wait wait => Task.Delay(wait.Duration, time, deadline),
            _ => Task.CompletedTask,
        };
    }

    private static async Task ClickAsync(Mouse mouse, ClickMouse click)
    {
        if (click.At is { } at)
            await mouse.MoveAsync(at);
        await (click.Type switch
        {
            ClickType.Down => mouse.PressAsync(click.Button, click.Clicks),
            ClickType.Up => mouse.ReleaseAsync(click.Button, click.Clicks),
            _ => mouse.ClickAsync(click.Button, click.Clicks),
        });
    }

    private static async Task ScrollAsync(Mouse mouse, Scroll scroll)
    {
        if (scroll.At is { } at)
            await mouse.MoveAsync(at);
        await mouse.ScrollAsync(scroll.DeltaX, scroll.DeltaY);
    }

    private static Reply Answer(JsonElement picture, string? output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (picture.ValueKind == JsonValueKind.String)
            {
                json.WritePropertyName("base64_image"u8);
                picture.WriteTo(json);
            }

            if (output is not null)
                json.WriteString("output"u8, output);
            json.WriteEndObject();
        }

        return Reply.Json(StatusCodes.Status200OK, buffer.WrittenMemory);
    }
}
