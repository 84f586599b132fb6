using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Lists of the Steel dialect while sessions are ending.</summary>
public sealed class SteelListTests
{
    [Fact]
    public async Task A_session_whose_time_is_over_is_listed_as_released_at_once_and_is_a_cursor()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 4 });
        await node.ReadyAsync(4);
        var older = await CreateAsync(node, 60_000);
        for (var i = 0; i < 10; i++)
        {
            var id = await CreateAsync(node, 1);
            await Eventually.IsTrueAsync(async () => !(await ListAsync(node, "?status=live")).Contains(id), "its time is over");
            Assert.Contains(id, await ListAsync(node, "?status=released"));
            Assert.Contains(older, await ListAsync(node, $"?cursorId={id}"));
        }
    }

    private static async Task<string> CreateAsync(TestNode node, int timeout)
    {
        using var reply = await node.Http.PostAsJsonAsync("/v1/sessions", new { timeout });
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<List<string>> ListAsync(TestNode node, string query) =>
        [
            .. (await node.Http.GetFromJsonAsync<JsonObject>("/v1/sessions" + query))!["sessions"]!.AsArray()
                .Select(session => (string)session!["id"]!),
        ];
}
