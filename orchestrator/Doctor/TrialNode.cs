using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Steelyard.Hosting;
using Steelyard.Processes;
using Steelyard.Settings;
using Options = Steelyard.Settings.Options;

namespace Steelyard.Doctor;

/// <summary>
/// Starts a node with one worker on a free port, with the options of the user but folders of its own, and makes a session on it: what only
/// a browser that runs can show.
/// </summary>
/// <param name="options">The options, for their time limits.</param>
/// <param name="words">The same as words of the command line.</param>
internal sealed partial class TrialNode(Options options, string[] words)
{
    private const int LastLines = 5;

    private const UnixFileMode Passable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private readonly string key = RandomNumberGenerator.GetHexString(32);
    private readonly long started = TimeProvider.System.GetTimestamp();

    /// <param name="stop">The user stops it.</param>
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        // Beside the real one: browsers must be able to pass the same folders.
        var folder = Directory.CreateDirectory($"{options.RunDirectory}-doctor-{Environment.ProcessId}", Passable);
        var log = Path.Combine(folder.FullName, "log");
        var node = OsProcess.Start(new(OwnProgram.Path, OwnProgram.Arguments([.. words, .. Own(folder.FullName), .. OwnKey()]))
        {
            LogPath = log,
            Environment = new Dictionary<string, string?> { [OwnVariables.Prefix + "OPERATOR_KEY"] = $"doctor:{key}" },
            NewSession = false, // Ctrl-C ends it, too.
        });
        try
        {
            foreach (var finding in await TryAsync(node, log, stop))
                yield return finding;
        }
        finally
        {
            node.Send(Signal.Terminate);
            if (await Task.WhenAny(node.Exited, Task.Delay(StopTime, CancellationToken.None)) != node.Exited)
                node.Send(Signal.Kill);
            await node.Exited;
            folder.Delete(recursive: true);
        }
    }

    // The environment has the key, which other users cannot read there. An option on the command line would hide it.
    private string[] OwnKey() =>
        words.Any(word => word.StartsWith("--operator-key", StringComparison.Ordinal)) ? ["--operator-key", $"doctor:{key}"] : [];

    // An option that is given twice counts the second time.
    private static string[] Own(string folder) =>
        ["--port", "0", "--run-dir", Path.Combine(folder, "run"), "--history", "none", "--warm", "1", "--max-workers", "1"];

    private async Task<IReadOnlyList<Finding>> TryAsync(OsProcess node, string log, CancellationToken stop)
    {
        try
        {
            var url = await UntilAsync(node, log, "listen", () => Task.FromResult(UrlIn(log)), stop);
            using var http = OwnHttp.Client(url, options.WorkerStartTimeout);
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            var ready = await UntilAsync(node, log, "have a worker ready", () => ReadyAsync(http), stop);
            return [.. GuardFindings.Of(ready.RootElement), await SessionAsync(http)];
        }
        catch (Exception e) when (e is TrialException or HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return [Finding.Bad("trial", e.Message, "docs/operations.md tells what each line of the log means.")];
        }
    }

    private static Uri? UrlIn(string log) =>
        File.Exists(log) && Listening().Match(File.ReadAllText(log)) is { Success: true } found ? new(found.Groups[1].Value) : null;

    private static async Task<JsonDocument?> ReadyAsync(HttpClient http)
    {
        using var response = await http.GetAsync("/readyz");
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<JsonDocument>() : null;
    }

    private async Task<T> UntilAsync<T>(OsProcess node, string log, string what, Func<Task<T?>> probe, CancellationToken stop)
        where T : class
    {
        while (!node.Exited.IsCompleted && TimeProvider.System.GetElapsedTime(started) < StartTime + (2 * options.WorkerStartTimeout))
        {
            if (await probe() is { } found)
                return found;
            await Task.Delay(Pause, stop);
        }

        var lines = File.ReadLines(log).Where(line => line.Length > 0).TakeLast(LastLines);
        throw new TrialException($"a node with one worker does not {what}:\n    {string.Join("\n    ", lines)}");
    }

    private static async Task<Finding> SessionAsync(HttpClient http)
    {
        const string remedy = "See the status codes in docs/operations.md.";
        var begun = TimeProvider.System.GetTimestamp();
        using var created = await http.PostAsync("/sessions", null);
        var answer = await created.Content.ReadAsStringAsync();
        if (!created.IsSuccessStatusCode)
            return Finding.Bad("session", $"a create was answered {(int)created.StatusCode}: {answer}", remedy);
        using var ended = await http.DeleteAsync($"/sessions/{JsonElement.Parse(answer).GetProperty("id").GetString()}");
        return ended.IsSuccessStatusCode
            ? Finding.Good("session", $"created and ended in {TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds:0} ms")
            : Finding.Bad("session", $"its end was answered {(int)ended.StatusCode}", remedy);
    }

    [GeneratedRegex(@"listens on (http\S+)")]
    private static partial Regex Listening();

    private sealed class TrialException(string message) : Exception(message);
}
