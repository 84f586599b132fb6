namespace SteelBrowser.Chromium;

/// <summary>Where a session's mouse is, and which buttons and keys are held down. One action at a time uses it.</summary>
internal sealed class InputState
{
    /// <summary>Taken by each action while it runs.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public Point Mouse { get; set; }

    /// <summary>The pressed buttons, as CDP's bits.</summary>
    public int Buttons { get; set; }

    /// <summary>The held modifier keys, as CDP's bits.</summary>
    public int Modifiers { get; set; }
}
