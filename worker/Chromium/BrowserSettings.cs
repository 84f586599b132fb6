using SteelBrowser.Confinement;

namespace SteelBrowser.Chromium;

/// <param name="Path">The browser's executable.</param>
/// <param name="Arguments">Further arguments for it.</param>
/// <param name="Confinement">What it is held by.</param>
/// <param name="Directory">Private folder for profiles, or null to choose one.</param>
internal sealed record BrowserSettings(string Path, IReadOnlyList<string> Arguments, BrowserConfinement Confinement, string? Directory);
