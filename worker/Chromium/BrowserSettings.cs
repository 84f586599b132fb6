namespace Steelyard.Worker.Chromium;

/// <param name="Path">The browser's executable.</param>
/// <param name="Arguments">Further arguments for it.</param>
/// <param name="NoSandbox">Run it without its sandbox.</param>
/// <param name="Directory">Private folder for profiles, or null to choose one.</param>
internal sealed record BrowserSettings(string Path, IReadOnlyList<string> Arguments, bool NoSandbox, string? Directory);
