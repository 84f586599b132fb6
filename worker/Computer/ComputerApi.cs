using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;
using SteelBrowser.Http;
using SteelBrowser.Pages;

namespace SteelBrowser.Computer;

/// <summary>Performs computer actions on the page that was active last. Throws as <see cref="PageWatch"/> does.</summary>
internal sealed class ComputerApi(PageFinder pages, TimeProvider time)
{
    public async Task<Reply> RunAsync(Browser browser, ComputerAction action, CancellationToken deadline)
    {
        var state = browser.Input;
        await state.Turn.WaitAsync(deadline);
        try
        {
            if (action is Wait { HoldKeys.Count: 0 } wait)
                await Task.Delay(wait.Duration, time, deadline);
            using var page = await pages.AttachAsync(browser, deadline);
            using var dialogs = await PageDialogs.WatchAsync(page, time, deadline);
            var picture = await PageWatch.RunAsync(page, PageWatch.Patience, time, stop => RunAsync(action, page, state, stop), deadline);
            return ComputerReply.Of(action, picture, state.Mouse, dialogs.Closed);
        }
        finally
        {
            state.Turn.Release();
        }
    }

    // Returns the screenshot, if one is asked for.
    private async Task<JsonElement> RunAsync(ComputerAction action, PageSession page, InputState state, CancellationToken stop)
    {
        await new Keyboard(page, state, stop).HoldAsync(action.HoldKeys, () => DoAsync(action, page, state, stop));
        return action.Screenshot || action is TakeScreenshot ? await PageTools.CaptureAsync(page, "", stop) : default;
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
            Wait { HoldKeys.Count: > 0 } wait => Task.Delay(wait.Duration, time, deadline),
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
}
