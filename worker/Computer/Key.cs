namespace SteelBrowser.Computer;

/// <summary>A key of an American keyboard, as CDP describes it.</summary>
/// <param name="Name">DOM's <c>key</c>, such as <c>a</c>, <c>Enter</c>.</param>
/// <param name="Code">DOM's <c>code</c>, such as <c>KeyA</c>; empty when no key of that keyboard has it.</param>
/// <param name="KeyCode">Windows' number of it; 0 likewise.</param>
/// <param name="Text">What it types; null for nothing.</param>
/// <param name="Modifier">CDP's bit when it is a modifier: Alt 1, Control 2, Meta 4, Shift 8.</param>
internal sealed record Key(string Name, string Code, int KeyCode, string? Text = null, int Modifier = 0);
