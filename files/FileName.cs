using System.Text;

namespace Steelyard.Files;

/// <summary>
/// One name in a folder, as the kernel has it: any bytes but 0 and the slash. Text would not do: who writes names that are no UTF-8 could
/// make files that nobody can name, and so not delete.
/// </summary>
/// <param name="Bytes">With a 0 behind them.</param>
internal readonly record struct FileName(byte[] Bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static readonly FileName Itself = Of(".");

    public bool IsItselfOrParent => Bytes is [(byte)'.', 0] or [(byte)'.', (byte)'.', 0];

    /// <summary>Throws <see cref="ArgumentException"/> for what leads to another folder.</summary>
    public static FileName Of(string text)
    {
        if (text.Length == 0 || text == ".." || text.AsSpan().ContainsAny('/', '\0'))
            throw new ArgumentException($"'{text}' is no name of a file");
        return new(Encoding.UTF8.GetBytes(text + '\0'));
    }

    /// <summary>Null when it is no UTF-8.</summary>
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
