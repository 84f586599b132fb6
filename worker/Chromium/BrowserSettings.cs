using SteelBrowser.Confinement;
using Steelyard.Contract;

namespace SteelBrowser.Chromium;

/// <param name="Path">The browser's executable.</param>
/// <param name="Arguments">Additional command-line arguments.</param>
/// <param name="Confinement">Restricts what the browser can reach on this machine.</param>
/// <param name="Directory">Private folder for profiles and recordings; null to choose one for profiles, and record nothing.</param>
internal sealed record BrowserSettings(string Path, IReadOnlyList<string> Arguments, BrowserConfinement Confinement, string? Directory)
{
    /// <summary>What is recorded of a session that does not say so itself, and whether addresses keep their query.</summary>
    public (RecordMode Mode, bool Queries) Record { get; init; }
}
