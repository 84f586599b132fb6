using System.Text;

namespace Steelyard.Files;

/// <summary>
/// One name in a folder, as the kernel stores it: any bytes except 0 and the slash. Text is not sufficient: a program can create files
/// whose names are not valid UTF-8. Text could not name such a file, so nothing could delete it.
/// </summary>
/// <param name="Bytes">The bytes of the name, followed by a 0 byte.</param>
internal readonly record struct FileName(byte[] Bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static readonly FileName Itself = Of(".");

    public bool IsItselfOrParent => Bytes is [(byte)'.', 0] or [(byte)'.', (byte)'.', 0];

    /// <summary>
    /// Throws <see cref="ArgumentException"/> for a text that is not a name within a folder: an empty one, <c>..</c>, or one that contains
    /// a slash or a 0 character.
    /// </summary>
    public static FileName Of(string text)
    {
        if (text.Length == 0 || text == ".." || text.AsSpan().ContainsAny('/', '\0'))
            throw new ArgumentException($"'{text}' is not a file name");
        return new(Encoding.UTF8.GetBytes(text + '\0'));
    }

    /// <summary>The name as text; null when it is not valid UTF-8.</summary>
    public string? Text()
    {
        try
        {
            return Strict.GetString(Bytes.AsSpan(..^1));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
