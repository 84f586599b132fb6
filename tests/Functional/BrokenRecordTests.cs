using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Steelyard.Tests.Functional;

/// <summary>
/// The records in the run directory may be damaged in any way. The orchestrator still starts, serves the session whose records are
/// intact, and leaves no process behind. FUZZ_SEED=N runs one round with that seed instead of the usual rounds.
/// </summary>
public sealed partial class BrokenRecordTests
{
    private const int Sessions = 10;
    private const int EntrySize = 32;
    private static readonly string[] Extremes =
    [
        "-1", "0", "1", "2147483647", "2147483648", "-9223372036854775808", "9223372036854775807", "1e400", "null", "\"x\"", "{}", "[]",
        "\"-10675199.02:48:05.4775808\"", "\"10675199.02:48:05.4775807\"",
    ];

    public static IEnumerable<TheoryDataRow<int>> Seeds =>
        (Environment.GetEnvironmentVariable("FUZZ_SEED") is { } seed
            ? [int.Parse(seed, CultureInfo.InvariantCulture)]
            : Enumerable.Range(1, 4))
            .Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Broken_records_cost_their_own_sessions_only(int seed)
    {
        var random = new Random(seed);
        await using var first = await NodeProcess.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < Sessions; i++)
            ids.Add(await CreateAsync(first, i));
        var pids = (await first.WorkersAsync()).ConvertAll(worker => (int)worker["pid"]!);
        var ports = (await first.WorkersAsync())
            .Where(worker => worker["session_id"] is not null)
            .ToDictionary(worker => (string)worker["session_id"]!, worker => (int)worker["port"]!);
        var keptPid = await first.PidOfAsync(ids[0]);
        await first.KillAsync();
        Break(first.RunDirectory, keptPid, ids.Skip(1).Select(id => ports[id]), random);

        await using var second = await NodeProcess.StartAsync(first.RunDirectory);
        Assert.Equal(HttpStatusCode.OK, await second.SettledAsync($"/sessions/{ids[0]}"));
        Assert.Equal(keptPid, await second.PidOfAsync(ids[0]));
        foreach (var id in ids.Skip(1))
            Assert.True(
                await second.SettledAsync($"/sessions/{id}") is HttpStatusCode.OK or HttpStatusCode.NotFound,
                $"seed {seed}: {id} is neither there nor gone");
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/sessions")).Status);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/v1/sessions")).Status);
        await second.CreateAsync();
        await Eventually.IsTrueAsync(
            async () =>
            {
                var known = (await second.WorkersAsync()).ConvertAll(worker => (int)worker["pid"]!);
                return pids.TrueForAll(pid => known.Contains(pid) || !Kill.IsAlive(pid));
            },
            $"seed {seed}: every worker of the first is taken over or gone");
        Assert.DoesNotMatch(OwnError(), await second.OutputAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("thirty-two bytes, and other ones!")]
    [InlineData("thirty-two bytes, but not ours.!")]
    public async Task With_another_secret_nothing_is_taken_over_and_new_sessions_are_served(string secret)
    {
        await using var first = await NodeProcess.StartAsync(null, "--warm", "1");
        var id = await first.CreateAsync();
        var pids = (await first.WorkersAsync()).ConvertAll(worker => (int)worker["pid"]!);
        await first.KillAsync();
        await File.WriteAllTextAsync(Path.Combine(first.RunDirectory, "secret"), secret);
        try
        {
            await using var second = await NodeProcess.StartAsync(first.RunDirectory, "--warm", "1");
            Assert.Equal(HttpStatusCode.NotFound, await second.SettledAsync($"/sessions/{id}"));
            await second.CreateAsync();
            Assert.DoesNotMatch(OwnError(), await second.OutputAsync());
        }
        finally
        {
            // The orchestrator can no longer verify that these processes are its workers, so it must not touch them.
            foreach (var pid in pids.Where(Kill.IsAlive))
                Kill.Now(pid);
        }
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("ledger")]
    public async Task A_folder_in_the_place_of_a_file_ends_the_start_with_its_path(string name)
    {
        var folder = Path.Combine(Path.GetTempPath(), TestNode.FolderName());
        Directory.CreateDirectory(Path.Combine(folder, name, "inside"));
        await using var node = NodeProcess.Spawn(folder);
        Assert.Equal(1, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(20))).Code);
        Directory.Delete(Path.Combine(folder, name), recursive: true); // The clean-up needs a run directory that it can open.
        Assert.Contains(folder, await node.OutputAsync(), StringComparison.Ordinal);
        Assert.DoesNotMatch(OwnError(), await node.OutputAsync());
    }

    private static async Task<string> CreateAsync(NodeProcess node, int number)
    {
        using var reply = await node.Http.PostAsync(
            number % 2 == 0 ? "/sessions" : "/v1/sessions", new StringContent("""{"timeout":300000}"""));
        return (string)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["id"]!;
    }

    private static void Break(string runDirectory, int keptPid, IEnumerable<int> ports, Random random)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(runDirectory, "workers")).Order(StringComparer.Ordinal))
        {
            var record = Path.Combine(folder, "worker.json");
            if (File.ReadAllText(record).Contains($"\"Pid\":{keptPid},", StringComparison.Ordinal))
                continue;
            foreach (var path in new[] { record, Path.Combine(folder, "session.json") }
                .Where(path => File.Exists(path) && random.Next(3) > 0))
                BreakFile(path, random);
        }

        using var ledger = File.Open(Path.Combine(runDirectory, "ledger"), FileMode.Open);
        foreach (var port in ports.Where(_ => random.Next(2) == 0))
        {
            var garbage = new byte[random.Next(1, 17)];
            random.NextBytes(garbage);
            ledger.Seek(((long)port * EntrySize) + random.Next(EntrySize - garbage.Length + 1), SeekOrigin.Begin);
            ledger.Write(random.Next(2) == 0 ? garbage : Enumerable.Repeat((byte)0xFF, garbage.Length).ToArray());
        }

        ledger.Seek(0, SeekOrigin.End);
        ledger.Write(new byte[random.Next(100)]);
    }

    private static void BreakFile(string path, Random random)
    {
        var text = File.ReadAllText(path, Encoding.Latin1);
        var numbers = Number().Matches(text);
        switch (random.Next(7))
        {
            case 0:
                File.WriteAllText(path, text[..random.Next(text.Length)]);
                break;
            case 1:
                File.WriteAllText(path, text.Remove(random.Next(text.Length), 1));
                break;
            case 2:
                File.WriteAllBytes(path, new byte[random.Next(10_000)]);
                break;
            case 3:
                File.WriteAllText(path, new string('[', 100_000));
                break;
            case 4:
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
            default:
                var number = numbers[random.Next(numbers.Count)];
                File.WriteAllText(
                    path, text[..number.Index] + Extremes[random.Next(Extremes.Length)] + text[(number.Index + number.Length)..]);
                break;
        }
    }

    // Matches numbers, and durations and times in quotes.
    [GeneratedRegex("(?<=:)(?:-?\\d+|\"[\\d.:]+\")(?=[,}])")]
    private static partial Regex Number();

    [GeneratedRegex("error of ours|[Uu]nhandled|(?m)^ {3}at ")]
    private static partial Regex OwnError();
}
