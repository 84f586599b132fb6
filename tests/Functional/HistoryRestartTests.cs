using System.Net;
using Microsoft.Data.Sqlite;

namespace Steelyard.Tests.Functional;

/// <summary>The history of ended sessions across several orchestrator processes.</summary>
public sealed class HistoryRestartTests : IDisposable
{
    private readonly string data = Path.Combine(Path.GetTempPath(), $"steelyard-data-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_second_one_on_the_same_data_directory_and_one_that_cannot_write_there_say_so_and_stop()
    {
        await using var first = await NodeProcess.StartAsync(null, "--data-dir", data);
        await using var second = NodeProcess.Spawn(null, "--data-dir", data);
        Assert.Equal(1, (await second.Process.Exited).Code);
        Assert.Contains($"Cannot use the data directory {data}", await second.OutputAsync(), StringComparison.Ordinal);
        await using var third = NodeProcess.Spawn(null, "--data-dir", "/proc/steelyard");
        Assert.Equal(1, (await third.Process.Exited).Code);
        Assert.Contains("--history none", await third.OutputAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_one_has_written_down_the_next_one_knows()
    {
        await using var first = await NodeProcess.StartAsync(null, "--data-dir", data);
        var id = await first.CreateAsync();
        using (var deleted = await first.Http.DeleteAsync($"/sessions/{id}"))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Eventually.IsTrueAsync(() => CountEnded() == 1, "it is written");
        await using var second = await first.KillAndRestartAsync("--data-dir", data);
        Assert.Equal("deleted", (string?)(await second.GetAsync($"/sessions/{id}")).Body!["reason"]);
        Assert.Contains("by its client", await second.Http.GetStringAsync($"/sessions/{id}/history"), StringComparison.Ordinal);
    }

    private long CountEnded()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "history.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM ended";
        return (long)command.ExecuteScalar()!;
    }
}
