using SteelBrowser.Confinement;

namespace SteelBrowser.Chromium;

/// <param name="Path">The browser's executable.</param>
/// <param name="Arguments">Additional command-line arguments.</param>
/// <param name="Confinement">Restricts what the browser can reach on this machine.</param>
/// <param name="Directory">Private folder for profiles; null to choose one.</param>
internal sealed record BrowserSettings(string Path, IReadOnlyList<string> Arguments, BrowserConfinement Confinement, string? Directory);
