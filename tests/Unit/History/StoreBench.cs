using Steelyard.History;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.History;

/// <summary>A store in a new folder or in a given one, with a clock that moves only when a test advances it.</summary>
internal sealed class StoreBench : IAsyncDisposable
{
    private readonly TemporaryFolder? own;

    public StoreBench(Func<Options, Options>? configure = null, string? folder = null, DateTimeOffset? start = null)
    {
        Time = new(start ?? Ended.Start);
        own = folder is null ? new() : null;
        Folder = folder ?? own!.At("data");
        Store = HistoryStore.Open((configure ?? (same => same))(new() { DataDirectory = Folder }), Time, Log)!;
    }

    public string Folder { get; }

    public string DatabasePath => Path.Combine(Folder, "history.db");

    public SettableClock Time { get; }

    public ListLogger<HistoryStore> Log { get; } = new();

    public HistoryStore Store { get; }

    /// <summary>Adds rows and advances the clock until the last of them is written.</summary>
    public async Task WriteAsync(params HistoryRow[] rows)
    {
        foreach (var row in rows)
            Store.Add(row);
        await RunAsync(async () => await Store.FindAsync(rows[^1].Id) is not null, "the row is written");
    }

    /// <summary>Advances the clock by the time of one batch at a time until the condition holds.</summary>
    public async Task RunAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > 15)
                Assert.Fail($"Not within 15 s: {what}. The log says: {string.Join("; ", Log.Lines)}");
            Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(5);
        }
    }

    public async Task<int> CountAsync() => (await Store.PageAsync(new(long.MaxValue, 0))).Count;

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        own?.Dispose();
    }
}
