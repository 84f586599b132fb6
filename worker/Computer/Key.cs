namespace SteelBrowser.Computer;

/// <summary>A key of a US keyboard, as CDP describes it.</summary>
/// <param name="Name">DOM's <c>key</c>, such as <c>a</c>, <c>Enter</c>.</param>
/// <param name="Code">DOM's <c>code</c>, such as <c>KeyA</c>; empty when that keyboard has no such key.</param>
/// <param name="KeyCode">The virtual-key code of Windows; 0 when that keyboard has no such key.</param>
/// <param name="Text">The text that the key types; null for none.</param>
/// <param name="Modifier">CDP's bit of a modifier key: Alt 1, Control 2, Meta 4, Shift 8; 0 for any other key.</param>
internal sealed record Key(string Name, string Code, int KeyCode, string? Text = null, int Modifier = 0);
