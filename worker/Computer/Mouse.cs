using System.Globalization;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;

namespace SteelBrowser.Computer;

/// <summary>Moves the mouse on a page, clicks and scrolls. Throws as <see cref="PageSession"/> does.</summary>
internal sealed class Mouse(PageSession page, InputState state, CancellationToken deadline)
{
    private const string Dispatch = "Input.dispatchMouseEvent";

    public Task MoveAsync(Point to)
    {
        state.Mouse = to;
        return DispatchAsync("mouseMoved", Held(), "");
    }

    /// <param name="button">The button to press.</param>
    /// <param name="count">Number of the click in a row: 1 for the first, 2 for the second of a double click.</param>
    public Task PressAsync(MouseButton button, int count)
    {
        state.Buttons |= (int)button;
        return DispatchAsync("mousePressed", NameOf(button), $",\"clickCount\":{count}");
    }

    /// <param name="button">The button to release.</param>
    /// <param name="count">The same number as for the press.</param>
    public Task ReleaseAsync(MouseButton button, int count)
    {
        state.Buttons &= ~(int)button;
        return page.CallAnywayAsync(Dispatch, Event("mouseReleased", NameOf(button), $",\"clickCount\":{count}"), deadline);
    }

    public async Task ClickAsync(MouseButton button, int clicks)
    {
        for (var count = 1; count <= clicks; count++)
        {
            await PressAsync(button, count);
            await ReleaseAsync(button, count);
        }
    }

    public async Task DragAsync(IReadOnlyList<Point> path)
    {
        await MoveAsync(path[0]);
        await PressAsync(MouseButton.Left, 1);
        try
        {
            foreach (var point in path.Skip(1))
                await MoveAsync(point);
        }
        finally
        {
            await ReleaseAsync(MouseButton.Left, 1);
        }
    }

    public Task ScrollAsync(double deltaX, double deltaY) =>
        DispatchAsync("mouseWheel", "none", string.Create(CultureInfo.InvariantCulture, $",\"deltaX\":{deltaX},\"deltaY\":{deltaY}"));

    private static string NameOf(MouseButton button) => button.ToString().ToLowerInvariant();

    private string Held() =>
        Enum.GetValues<MouseButton>().Where(button => (state.Buttons & (int)button) != 0).Select(NameOf).FirstOrDefault("none");

    private async Task DispatchAsync(string type, string button, string more) =>
        await page.CallAsync(Dispatch, Event(type, button, more), deadline);

    private string Event(string type, string button, string more) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"type":"{{type}}","x":{{state.Mouse.X}},"y":{{state.Mouse.Y}}"""
            + $$""","button":"{{button}}","buttons":{{state.Buttons}},"modifiers":{{state.Modifiers}}{{more}}}""");
}
