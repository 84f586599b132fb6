namespace SteelBrowser.Live;

/// <summary>A picture of a tab.</summary>
/// <param name="Jpeg">The picture's bytes. All viewers share them, so nobody may write to them.</param>
/// <param name="Width">The width of the page's viewport in CSS pixels. It does not depend on the size of the picture.</param>
/// <param name="Height">The height of the page's viewport in CSS pixels.</param>
internal sealed record Frame(ReadOnlyMemory<byte> Jpeg, int Width, int Height);
