using Steelyard.Worker.Confinement;

namespace Steelyard.Worker.Chromium;

/// <param name="Path">The browser's executable.</param>
/// <param name="Arguments">Further arguments for it.</param>
/// <param name="Cage">What it is held by.</param>
/// <param name="Directory">Private folder for profiles, or null to choose one.</param>
internal sealed record BrowserSettings(string Path, IReadOnlyList<string> Arguments, Cage Cage, string? Directory);
