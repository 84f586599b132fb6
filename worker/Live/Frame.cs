namespace SteelBrowser.Live;

/// <summary>A picture of a tab.</summary>
/// <param name="Jpeg">Its bytes; shared by all viewers, so nobody writes to them.</param>
/// <param name="Width">Width of the page's viewport in CSS pixels, whatever size the picture has.</param>
/// <param name="Height">Height of the page's viewport in CSS pixels.</param>
internal sealed record Frame(ReadOnlyMemory<byte> Jpeg, int Width, int Height);
