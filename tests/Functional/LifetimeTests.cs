using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>The orchestrator as a process of its own: its end, and what it finds at its start.</summary>
public sealed class LifetimeTests
{
    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_ends_it_with_all_its_workers(Signal signal)
    {
        await using var program = await Program.StartAsync();
        var pids = await program.WorkerPidsAsync(4);
        program.Process.Send(signal);
        Assert.Equal(0, (await program.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
        Assert.DoesNotContain(pids, Kill.IsAlive);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(program.RunDirectory, "workers")));
    }

    [Fact]
    public async Task Creates_that_wait_are_answered_before_the_end()
    {
        await using var program = await Program.StartAsync(options: ["--max-workers", "1"]);
        await program.WorkerPidsAsync(1);
        using (var holder = await program.PostAsync())
            Assert.Equal(HttpStatusCode.Created, holder.StatusCode);
        var waits = program.PostAsync();
        await Eventually.IsTrueAsync(async () => (await program.StatusAsync())["queue"]!["length"]!.GetValue<int>() == 1, "one in line");
        program.Process.Send(Signal.Terminate);
        using var reply = await waits;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.Equal(0, (await program.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
    }

    [Fact]
    public async Task A_killed_one_leaves_workers_that_the_next_one_clears_away()
    {
        await using var first = await Program.StartAsync();
        var pids = await first.WorkerPidsAsync(4);
        first.Process.Send(Signal.Kill);
        await first.Process.Exited;
        Assert.All(pids, pid => Assert.True(Kill.IsAlive(pid)));
        await using var second = await Program.StartAsync(first.RunDirectory);
        Assert.DoesNotContain(pids, Kill.IsAlive);
    }

    [Fact]
    public async Task A_second_one_on_the_same_run_directory_says_so_and_stops()
    {
        await using var first = await Program.StartAsync();
        await using var second = Program.Spawn(first.RunDirectory);
        Assert.Equal(1, (await second.Process.Exited).Code);
        Assert.Contains("another orchestrator", await second.OutputAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_one_on_the_same_data_directory_and_one_that_cannot_write_there_say_so_and_stop()
    {
        await using var first = await Program.StartAsync(options: ["--data-dir", Program.NewFolder()]);
        await using var second = Program.Spawn(Program.NewFolder(), "--data-dir", first.DataDirectory);
        Assert.Equal(1, (await second.Process.Exited).Code);
        Assert.Contains($"Cannot use the data directory {first.DataDirectory}", await second.OutputAsync(), StringComparison.Ordinal);
        await using var third = Program.Spawn(Program.NewFolder(), "--data-dir", "/proc/steelyard");
        Assert.Equal(1, (await third.Process.Exited).Code);
        Assert.Contains("--history none", await third.OutputAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_one_has_written_down_the_next_one_knows()
    {
        string[] options = ["--data-dir", Program.NewFolder()];
        await using var first = await Program.StartAsync(options: options);
        var id = await first.EndOneAsync();
        await Eventually.IsTrueAsync(() => Program.EndedIn(first.DataDirectory) == 1, "it is written");
        first.Process.Send(Signal.Kill);
        await first.Process.Exited;
        await using var second = await Program.StartAsync(first.RunDirectory, options);
        Assert.Contains("\"deleted\"", await second.GetAsync($"/sessions/{id}"), StringComparison.Ordinal);
        Assert.Contains("by its client", await second.GetAsync($"/sessions/{id}/history"), StringComparison.Ordinal);
    }

    private sealed class Program(OsProcess process, string runDirectory, string? dataDirectory, string log) : IAsyncDisposable
    {
        private readonly HttpClient http = new();

        public OsProcess Process => process;

        public string RunDirectory => runDirectory;

        public string DataDirectory => dataDirectory!;

        public static Program Spawn(string runDirectory, params string[] options)
        {
            Directory.CreateDirectory(runDirectory);
            var log = Path.Combine(runDirectory, $"test-{Guid.NewGuid():N}.log");
            var dll = Path.Combine(AppContext.BaseDirectory, "steelyard.dll");
            var process = OsProcess.Start(new("/usr/bin/env", ["dotnet", dll, "--port", "0", "--worker", "simulated", "--warm", "4", "--run-dir", runDirectory, .. options]) { LogPath = log });
            return new(process, runDirectory, Array.IndexOf(options, "--data-dir") is var index and >= 0 ? options[index + 1] : null, log);
        }

        public static async Task<Program> StartAsync(string? runDirectory = null, params string[] options)
        {
            var program = Spawn(runDirectory ?? NewFolder(), options);
            await Eventually.IsTrueAsync(async () => (await program.OutputAsync()).Contains("run dir", StringComparison.Ordinal), "it listens");
            var output = await program.OutputAsync();
            program.http.BaseAddress = new(output.Split("listens on ")[1].Split('\n')[0].Trim());
            return program;
        }

        public static string NewFolder() => Path.Combine(Path.GetTempPath(), $"steelyard-test-{Guid.NewGuid():N}");

        public static long EndedIn(string dataDirectory)
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(dataDirectory, "history.db")};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM ended";
            return (long)command.ExecuteScalar()!;
        }

        public async Task<string> EndOneAsync()
        {
            using var created = await PostAsync();
            var id = (string)(await created.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
            using var deleted = await http.DeleteAsync($"/sessions/{id}");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            return id;
        }

        public async Task<string> GetAsync(string path)
        {
            using var reply = await http.GetAsync(path);
            return await reply.Content.ReadAsStringAsync();
        }

        public Task<HttpResponseMessage> PostAsync() => http.PostAsync("/sessions", null);

        public async Task<JsonObject> StatusAsync() => (await http.GetFromJsonAsync<JsonObject>("/status"))!;

        public Task<string> OutputAsync() => File.ReadAllTextAsync(log);

        public async Task<List<int>> WorkerPidsAsync(int count)
        {
            List<int> pids = [];
            await Eventually.IsTrueAsync(
                async () =>
                {
                    var workers = (await http.GetFromJsonAsync<JsonObject>("/workers"))!["workers"]!.AsArray();
                    pids = [.. workers.Where(worker => (string?)worker!["state"] == "ready").Select(worker => (int)worker!["pid"]!)];
                    return pids.Count == count;
                },
                $"{count} workers ready");
            return pids;
        }

        // Asked first: an orchestrator that is killed leaves its workers behind.
        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            process.Send(Signal.Terminate);
            await process.Exited.WaitAsync(TimeSpan.FromSeconds(10));
            if (Directory.Exists(runDirectory))
                Directory.Delete(runDirectory, recursive: true);
            if (Directory.Exists(dataDirectory))
                Directory.Delete(dataDirectory, recursive: true);
        }
    }
}
