namespace SteelBrowser.Chromium;

/// <summary>Where a session's mouse is, and what is held down. One action at a time uses it.</summary>
internal sealed class InputState
{
    /// <summary>Of whoever acts.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public Point Mouse { get; set; }

    /// <summary>CDP's bits of the pressed buttons.</summary>
    public int Buttons { get; set; }

    /// <summary>CDP's bits of the held modifiers.</summary>
    public int Modifiers { get; set; }
}
