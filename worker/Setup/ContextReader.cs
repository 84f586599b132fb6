using System.Buffers;
using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Setup;

/// <summary>
/// Reads what a later session can take over: all cookies, and the storage of the origins that are open in a page or frame. The storage of
/// other origins cannot be read without opening a page, which attached clients would notice.
/// </summary>
internal sealed class ContextReader(DevToolsPipe pipe, TimeProvider time)
{
    private static readonly TimeSpan PageDeadline = TimeSpan.FromSeconds(5);

    // Returns a string, because JSON that a page controls is only passed on. An opaque origin has no storage.
    private const string Read = """
        (() => {
          if (!/^https?:/.test(location.origin)) return '';
          const keys = storage => Array.from({ length: storage.length }, (_, i) => storage.key(i));
          const copy = storage => Object.fromEntries(keys(storage).map(key => [key.toWellFormed(), storage.getItem(key).toWellFormed()]));
          try { return JSON.stringify([location.origin, copy(localStorage), copy(sessionStorage)]); } catch { return ''; }
        })()
        """;

    private readonly Dictionary<string, (JsonElement Local, JsonElement Session)> origins = [];

    /// <summary>The context as JSON.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken deadline)
    {
        var cookies = await pipe.CallAsync("Storage.getCookies", "{}", null, deadline);
        var targets = (await pipe.CallAsync("Target.getTargets", "{}", null, deadline)).GetProperty("targetInfos").EnumerateArray();

        // Pages first: what an origin stored in its own page takes precedence over what it stored in a frame of another page.
        foreach (var kind in new[] { "page", "iframe" })
        {
            foreach (var target in targets.Where(target => target.GetProperty("type").ValueEquals(kind)))
                await ReadAsync(target.GetProperty("targetId").GetString() ?? "", deadline);
        }

        return Write(cookies.GetProperty("cookies"));
    }

    private async Task ReadAsync(string target, CancellationToken deadline)
    {
        using var timer = new CancellationTokenSource(PageDeadline, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        try
        {
            using var page = await PageSession.AttachAsync(pipe, target, limit.Token);
            var tree = await page.CallAsync("Page.getFrameTree", "{}", limit.Token);
            foreach (var frame in FramesOf(tree.GetProperty("frameTree")))
                Add((await page.EvaluateAsync(Read, limit.Token, frame)).GetString());
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            // A page that hangs or has crashed must not block the others.
        }
        catch (Exception e) when (e is DevToolsException or ScriptException)
        {
            // The page or frame has just closed or navigated. Its cookies have been read.
        }
    }

    private static IEnumerable<string> FramesOf(JsonElement tree)
    {
        yield return tree.GetProperty("frame").GetProperty("id").GetString() ?? "";
        if (!tree.TryGetProperty("childFrames", out var children))
            yield break;
        foreach (var id in children.EnumerateArray().SelectMany(FramesOf))
            yield return id;
    }

    private void Add(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return;
        using var document = JsonDocument.Parse(json);
        var read = document.RootElement.Clone();
        origins.TryAdd(read[0].GetString() ?? "", (read[1], read[2]));
    }

    private ReadOnlyMemory<byte> Write(JsonElement cookies)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName("cookies"u8);
            cookies.WriteTo(json);
            WriteStorage(json, "localStorage", stored => stored.Local);
            WriteStorage(json, "sessionStorage", stored => stored.Session);
            json.WriteStartObject("indexedDB"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private void WriteStorage(Utf8JsonWriter json, string name, Func<(JsonElement Local, JsonElement Session), JsonElement> storage)
    {
        json.WriteStartObject(name);
        foreach (var (origin, stored) in origins.Where(origin => storage(origin.Value).EnumerateObject().Any()))
        {
            json.WritePropertyName(origin);
            storage(stored).WriteTo(json);
        }

        json.WriteEndObject();
    }
}
