namespace SteelBrowser.Relay;

/// <summary>Reads the head of an HTTP message from a connection, and keeps the bytes that came after it.</summary>
internal static class HeadReader
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>
    /// Returns null when the connection ends before the first byte. Throws <see cref="ProxyException"/> when it ends later, or when the
    /// head is larger than 64 KiB.
    /// </summary>
    /// <param name="wire">The connection.</param>
    /// <param name="before">The bytes of the head that have already been read.</param>
    /// <param name="deadline">The deadline.</param>
    public static async Task<(HttpHead Head, ReadOnlyMemory<byte> Behind)?> ReadAsync(
        Wire wire, ReadOnlyMemory<byte> before, CancellationToken deadline)
    {
        var buffer = new byte[Math.Max(4096, before.Length)];
        before.CopyTo(buffer);
        var length = before.Length;
        int end;
        while ((end = EndOf(buffer.AsSpan(0, length))) < 0)
        {
            if (length == MaxBytes)
                throw new ProxyException("an HTTP head is larger than 64 KiB");
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBytes));
            var read = await wire.ReadAsync(buffer.AsMemory(length), deadline);
            if (read == 0)
                return length == 0 ? null : throw new ProxyException("the connection ended within an HTTP head");
            length += read;
        }

        return (HttpHead.Parse(buffer.AsSpan(0, end)), buffer.AsMemory(end, length - end));
    }

    private static int EndOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }
}
