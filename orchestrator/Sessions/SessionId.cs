using System.Buffers;
using System.Buffers.Binary;

namespace Steelyard.Sessions;

/// <summary>
/// The public id of a session: a UUID of version 8 (RFC 9562 §5.8) in its usual text form, lower or upper case.
/// Of its 122 free bits, the first 16 are the node's number, 66 are random, and the last 40 prove that a node of our cluster made it.
/// </summary>
public readonly record struct SessionId(Guid Value)
{
    public const int TextLength = 36;

    private static readonly SearchValues<char> TextCharacters = SearchValues.Create("0123456789abcdefABCDEF-");

    /// <summary>Number of the node that made it, 0 to 65,535.</summary>
    public int Node
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            return BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }
    }

    /// <summary>Reads the text form. Does not check whether our cluster made the id: see <see cref="SessionIdIssuer.Made"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new(value);

        // The framework's parser also accepts signs and 0x in front of a group. An id must not have several spellings.
        return parsed && text.Length == TextLength && !text.ContainsAnyExcept(TextCharacters);
    }

    /// <summary>Writes the text form as ASCII. Throws when <paramref name="output"/> has fewer than 36 bytes.</summary>
    public void WriteTo(Span<byte> output)
    {
        if (!Value.TryFormat(output, out _, "D"))
            throw new ArgumentException("An id needs 36 bytes", nameof(output));
    }

    public override string ToString() => Value.ToString("D");
}
