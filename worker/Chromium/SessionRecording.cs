using SteelBrowser.DevTools;
using SteelBrowser.Diagnostics;
using SteelBrowser.Recording;
using SteelBrowser.Sessions;
using Steelyard.Contract;
using Steelyard.Processes;

namespace SteelBrowser.Chromium;

/// <summary>
/// The recording of the session that uses a browser, from the moment when it gets the browser until it is disposed. A session that gets
/// another browser goes on in the same files.
/// </summary>
internal sealed class SessionRecording : IAsyncDisposable
{
    private readonly DevToolsPipe pipe;
    private readonly CappedLog output;
    private readonly BrowserSettings settings;
    private readonly TimeProvider time;
    private readonly RecordLimits limits = new();
    private readonly Lock gate = new();
    private Recorder? recorder;
    private bool isOver;

    /// <param name="pipe">The connection to the browser.</param>
    /// <param name="output">The browser's output.</param>
    /// <param name="settings">What is recorded.</param>
    /// <param name="time">The clock.</param>
    public SessionRecording(DevToolsPipe pipe, CappedLog output, BrowserSettings settings, TimeProvider time)
    {
        this.pipe = pipe;
        this.output = output;
        this.settings = settings;
        this.time = time;
        if (settings.Directory is not null && settings.Record.Mode != RecordMode.Off)
            recorder = Recorder.Attach(pipe, time); // A session should find it ready.
    }

    /// <summary>Begins when the session has the browser. Never throws: a session goes on without its recording.</summary>
    /// <param name="inUse">Completes when the session has the browser.</param>
    /// <param name="session">Returns the session; null when it is over.</param>
    public void BeginWhen(Task inUse, Func<StoredSession?> session) => _ = BeginAsync(inUse, session);

    public async ValueTask DisposeAsync()
    {
        lock (gate)
            isOver = true;
        if (recorder is not null)
            await recorder.DisposeAsync();
    }

    private async Task BeginAsync(Task inUse, Func<StoredSession?> session)
    {
        await inUse;
        if (settings.Directory is not { } directory || session() is not { } current)
            return;
        var mode = current.RecordMode ?? settings.Record.Mode;
        if (mode == RecordMode.Off)
        {
            await DisposeAsync();
            return;
        }

        try
        {
            lock (gate)
            {
                if (!isOver)
                {
                    recorder ??= Recorder.Attach(pipe, time);
                    recorder.Begin(Open(Path.Combine(directory, RecordingNames.Folder, current.RecordingId), mode));
                }
            }
        }
        catch (Exception e)
        {
            // Nobody waits for this. A session without a recording is better than none.
            Stderr.Line($"the session is not recorded: {e.Message}");
        }
    }

    private RecordedSession Open(string folder, RecordMode mode)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var frames = Path.Combine(folder, RecordingNames.Frames);
        if (mode == RecordMode.Frames)
            Directory.CreateDirectory(frames, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var log = EventLog.Open(folder, limits.EventBytes, time);
        return new(
            log,
            mode == RecordMode.Frames ? new(pipe, log, frames, limits, time) : null,
            settings.Record.Mode == RecordMode.Off ? null : output,
            settings.Record.Queries,
            time);
    }
}
