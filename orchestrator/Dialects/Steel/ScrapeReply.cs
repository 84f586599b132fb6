using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Passes on what a worker has scraped, as it comes, with what else was made of the page. It is never read: what is in it is the page's
/// choice.
/// </summary>
internal static class ScrapeReply
{
    /// <summary>
    /// Writes the reply. Throws <see cref="PageFailedException"/> when the worker's is no object, and <see cref="IOException"/> when it
    /// breaks off.
    /// </summary>
    /// <param name="response">Where it goes.</param>
    /// <param name="files">Addresses of what else was made of the page, by name.</param>
    /// <param name="scraped">The worker's JSON: an object with members.</param>
    /// <param name="length">Bytes in it.</param>
    /// <param name="deadline">The deadline.</param>
    public static async Task WriteAsync(HttpResponse response, JsonObject files, Stream scraped, long length, CancellationToken deadline)
    {
        byte[] head = [(byte)'{'];
        var first = new byte[1];
        await scraped.ReadExactlyAsync(first, deadline);
        if (!first.AsSpan().SequenceEqual(head))
            throw PageFailedException.NoObject();
        if (files.Count > 0)
        {
            head = JsonSerializer.SerializeToUtf8Bytes(files);
            head[^1] = (byte)',';
        }

        response.ContentType = "application/json";
        response.ContentLength = head.Length + length - 1;
        await response.Body.WriteAsync(head, deadline);
        await scraped.CopyToAsync(response.Body, deadline);
    }
}
