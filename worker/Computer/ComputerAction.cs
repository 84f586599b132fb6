using SteelBrowser.Chromium;

namespace SteelBrowser.Computer;

/// <summary>One action with the mouse or keyboard of a page.</summary>
internal abstract record ComputerAction
{
    /// <summary>True to take a screenshot after the action.</summary>
    public bool Screenshot { get; init; }

    /// <summary>Keys that are held down during the action.</summary>
    public IReadOnlyList<Key> HoldKeys { get; init; } = [];
}

internal sealed record MoveMouse(Point To) : ComputerAction;

/// <param name="At">Where; null for the current position of the mouse.</param>
internal sealed record ClickMouse(MouseButton Button, ClickType Type, Point? At, int Clicks) : ComputerAction;

/// <param name="Path">At least one point.</param>
internal sealed record DragMouse(IReadOnlyList<Point> Path) : ComputerAction;

/// <param name="At">Where; null for the current position of the mouse.</param>
internal sealed record Scroll(Point? At, double DeltaX, double DeltaY) : ComputerAction;

/// <param name="Keys">Pressed together.</param>
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

/// <summary>The values are CDP's bits for pressed buttons.</summary>
internal enum MouseButton
{
    Left = 1,
    Right = 2,
    Middle = 4,
    Back = 8,
    Forward = 16,
}
