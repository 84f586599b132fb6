using SteelBrowser.Chromium;

namespace SteelBrowser.Computer;

/// <summary>One thing to do at a page's mouse and keyboard.</summary>
internal abstract record ComputerAction
{
    /// <summary>Take a picture afterwards.</summary>
    public bool Screenshot { get; init; }

    /// <summary>Held down meanwhile.</summary>
    public IReadOnlyList<Key> HoldKeys { get; init; } = [];
}

internal sealed record MoveMouse(Point To) : ComputerAction;

/// <param name="At">Null for where the mouse is.</param>
internal sealed record ClickMouse(MouseButton Button, ClickType Type, Point? At, int Clicks) : ComputerAction;

/// <param name="Path">At least one point.</param>
internal sealed record DragMouse(IReadOnlyList<Point> Path) : ComputerAction;

/// <param name="At">Null for where the mouse is.</param>
internal sealed record Scroll(Point? At, double DeltaX, double DeltaY) : ComputerAction;

/// <param name="Keys">All of them at once.</param>
/// <param name="Duration">How long they are held.</param>
internal sealed record PressKey(IReadOnlyList<Key> Keys, TimeSpan Duration) : ComputerAction;

internal sealed record TypeText(string Text) : ComputerAction;

internal sealed record Wait(TimeSpan Duration) : ComputerAction;

internal sealed record TakeScreenshot : ComputerAction;

internal sealed record GetCursorPosition : ComputerAction;

internal enum ClickType
{
    Click,
    Down,
    Up,
}

/// <summary>The values are CDP's bits of pressed buttons.</summary>
internal enum MouseButton
{
    Left = 1,
    Right = 2,
    Middle = 4,
    Back = 8,
    Forward = 16,
}
