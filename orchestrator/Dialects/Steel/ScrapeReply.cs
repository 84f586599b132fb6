using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Passes on what a worker has scraped while it arrives, together with the addresses of the page's screenshot and PDF. Does not parse the
/// scraped content: the page controls it.
/// </summary>
internal static class ScrapeReply
{
    /// <summary>
    /// Writes the reply. Throws <see cref="PageFailedException"/> when the worker's reply is not a JSON object, and
    /// <see cref="IOException"/> when it breaks off.
    /// </summary>
    /// <param name="response">The reply to the client.</param>
    /// <param name="files">Addresses of the page's screenshot and PDF, by name.</param>
    /// <param name="scraped">The worker's JSON: an object with members.</param>
    /// <param name="deadline">Cancelled at the deadline.</param>
    public static async Task WriteAsync(HttpResponse response, JsonObject files, PageOutput scraped, CancellationToken deadline)
    {
        byte[] head = [(byte)'{'];
        var first = new byte[1];
        await scraped.Content.ReadExactlyAsync(first, deadline);
        if (!first.AsSpan().SequenceEqual(head))
            throw PageFailedException.NoObject();
        if (files.Count > 0)
        {
            head = JsonSerializer.SerializeToUtf8Bytes(files);
            head[^1] = (byte)',';
        }

        response.ContentType = "application/json";
        response.ContentLength = head.Length + scraped.Length - 1;
        await response.Body.WriteAsync(head, deadline);
        await scraped.Content.CopyToAsync(response.Body, deadline);
    }
}
