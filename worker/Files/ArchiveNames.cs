namespace SteelBrowser.Files;

/// <summary>
/// The names of the files in one zip. The zip may be unpacked on any system. A character that is ordinary here may lead to another folder,
/// another drive or a device there, so it is replaced.
/// </summary>
internal sealed class ArchiveNames
{
    private const string Forbidden = "\\:*?\"<>|";

    // Windows reserves these names in every folder, whatever follows the first dot.
    private static readonly HashSet<string> Devices = new(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" }),
            "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³",
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> taken = [];

    /// <summary>Returns the name of an entry, and reserves it: no other file of the zip gets the same name.</summary>
    /// <param name="path">The path of a session's file, with slashes.</param>
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

        // Windows drops dots and spaces at the end, so ". ." would become "..".
        var end = safe.TrimEnd('.', ' ');
        safe = end + new string('_', safe.Length - end.Length);
        return Devices.Contains(safe.Split('.')[0].TrimEnd(' ')) ? "_" + safe : safe;
    }
}
