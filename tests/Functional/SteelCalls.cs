using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Calls of the Steel dialect, with or without an API key.</summary>
internal static class SteelCalls
{
    public static async Task<string> EndAsync(TestNode node, string? holder = null)
    {
        var id = await CreateAsync(node, "{}", holder);
        await ReleaseAsync(node, id, holder);
        return id;
    }

    public static async Task<string> CreateAsync(TestNode node, string body, string? holder = null)
    {
        using var reply = await PostAsync(node, "/v1/sessions", body, holder);
        Assert.True(reply.IsSuccessStatusCode, $"{(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync()}");
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    public static async Task ReleaseAsync(TestNode node, string id, string? holder = null)
    {
        using var reply = await PostAsync(node, $"/v1/sessions/{id}/release", "", holder);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    // Walks the pages like steel-sdk: the last id is the cursor, until a page is empty.
    public static async Task<List<string>> ListAsync(TestNode node, string query, string? holder = null)
    {
        var seen = new List<string>();
        for (var cursor = ""; ;)
        {
            var page = await JsonAsync(node, $"/v1/sessions?{query}{cursor}", holder);
            var ids = page["sessions"]!.AsArray().Select(session => (string)session!["id"]!).ToList();
            seen.AddRange(ids);
            if (ids.Count == 0 || query.Contains("cursorId", StringComparison.Ordinal))
                return seen;
            cursor = $"&cursorId={ids[^1]}";
        }
    }

    public static async Task<JsonObject> JsonAsync(TestNode node, string path, string? holder = null)
    {
        using var reply = await node.Http.SendAsync(Request(HttpMethod.Get, path, holder));
        Assert.True(reply.IsSuccessStatusCode, $"{path}: {(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync()}");
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public static async Task<HttpStatusCode> StatusAsync(TestNode node, string path, string? holder = null)
    {
        using var reply = await node.Http.SendAsync(Request(HttpMethod.Get, path, holder));
        return reply.StatusCode;
    }

    public static Task<HttpResponseMessage> PostAsync(TestNode node, string path, string body, string? holder = null)
    {
        var request = Request(HttpMethod.Post, path, holder);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return node.Http.SendAsync(request);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? holder)
    {
        var request = new HttpRequestMessage(method, path);
        if (holder is not null)
            request.Headers.Add("steel-api-key", $"key-{holder}");
        return request;
    }
}
