using System.Globalization;

namespace SteelBrowser.Http;

/// <summary>The maximum sizes of everything that a caller may send, in bytes.</summary>
internal sealed record SizeLimits
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long GiB = 1024 * MiB;

    // A multipart form has lines around the file, and a caller may wrap its JSON.
    private const long Wrapping = 64 * KiB;

    /// <summary>The JSON of a create.</summary>
    public long Body { get; init; } = MiB;

    /// <summary>The options of a setup. They can be large, because they include the storage of pages.</summary>
    public long Setup { get; init; } = 16 * MiB;

    /// <summary>One file.</summary>
    public long File { get; init; } = 256 * MiB;

    /// <summary>All files of a session together. Their folder can be in memory.</summary>
    public long Files { get; init; } = GiB;

    /// <summary>The maximum size of a request whose content has this many bytes.</summary>
    public static long Request(long content) => content + Wrapping;

    /// <summary>
    /// Reads a size such as <c>1048576</c>, <c>64KiB</c>, <c>16MiB</c> or <c>1GiB</c>, from 1 byte to 1 GiB. Throws
    /// <see cref="ArgumentException"/>.
    /// </summary>
    /// <param name="name">Name of the option, for the message.</param>
    /// <param name="text">Its value.</param>
    public static long Parse(string name, string text)
    {
        var (digits, unit) = text switch
        {
            _ when text.EndsWith("KiB", StringComparison.Ordinal) => (text[..^3], KiB),
            _ when text.EndsWith("MiB", StringComparison.Ordinal) => (text[..^3], MiB),
            _ when text.EndsWith("GiB", StringComparison.Ordinal) => (text[..^3], GiB),
            _ => (text, 1),
        };
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count * unit is > 0 and <= GiB and var size
            ? size
            : throw new ArgumentException($"{name} must be a size from 1 byte to 1GiB, such as 1048576, 64KiB or 16MiB, not '{text}'");
    }
}
