namespace SteelBrowser.Files;

/// <summary>
/// Names of files in one zip. Whoever unpacks it may do so on any system: what is a plain character here may there lead to another folder,
/// another drive or a device, so it is replaced.
/// </summary>
internal sealed class ArchiveNames
{
    private const string Forbidden = "\\:*?\"<>|";

    // Windows knows these in every folder, whatever follows the first dot.
    private static readonly HashSet<string> Devices = new(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" }), "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³",
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> taken = [];

    /// <summary>The name of an entry, which no other file of the zip has.</summary>
    /// <param name="path">A path of a session's file, with slashes.</param>
    public string Take(string path)
    {
        var safe = string.Join('/', path.Split('/').Select(Safe));
        var name = safe;
        for (var copy = 2; !taken.Add(name); copy++)
            name = $"{safe} ({copy})";
        return name;
    }

    private static string Safe(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal) ? '_' : c));

        // Windows drops dots and spaces at the end, so that ". ." would be "..".
        var end = safe.TrimEnd('.', ' ');
        safe = end + new string('_', safe.Length - end.Length);
        return Devices.Contains(safe.Split('.')[0].TrimEnd(' ')) ? "_" + safe : safe;
    }
}
