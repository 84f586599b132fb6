using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Dialects.Steel;

/// <summary>What a worker has made of a page.</summary>
/// <param name="Content">The bytes, read while they arrive.</param>
/// <param name="Length">Their number.</param>
/// <param name="State">What the client should know about the page, such as <c>"loading": true</c>; empty when there is nothing.</param>
internal sealed record PageOutput(Stream Content, long Length, JsonObject State)
{
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    /// <summary>The state in the head of a worker's reply; an invalid one counts as none.</summary>
    public static JsonObject StateIn(HttpResponseMessage reply)
    {
        try
        {
            return reply.Headers.TryGetValues(WorkerHeaders.PageState, out var values) && values.ToList() is [var json]
                ? JsonNode.Parse(json, null, NoDuplicates) as JsonObject ?? []
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
