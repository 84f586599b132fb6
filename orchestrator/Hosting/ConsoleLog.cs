using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Steelyard.Hosting;

/// <summary>
/// Writes log lines to stdout, many with one system call: a line waits 50 ms at most. The thread that logs a line only formats it. When
/// nobody reads stdout, further lines are dropped, and the log says how many.
/// </summary>
internal sealed class ConsoleLog(ConsoleFormatter formatter, Stream output, TimeProvider time) : ILoggerProvider, IAsyncDisposable
{
    private const int MaxWaiting = 1 << 20; // In characters.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource closing = new();
    private StringBuilder waiting = new();
    private Task? writing; // Null when no line waits.
    private int dropped;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Writes the lines that wait, for a second at most.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        if (Volatile.Read(ref writing) is { } last)
            await last.WaitAsync(FarewellTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => closing.Cancel(); // The lines that wait are then written without a pause.

    private StringBuilder LineAbout(int lost)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        Format(
            new LogEntry<int>(
                LogLevel.Warning,
                typeof(ConsoleLog).FullName!,
                default,
                lost,
                null,
                static (count, _) => $"{count} log lines were dropped, because nobody read this output"),
            line);
        return line.GetStringBuilder();
    }

    private void Format<TState>(LogEntry<TState> entry, StringWriter line) => formatter.Write(entry, null, line);

    private void Add(StringBuilder line)
    {
        lock (gate)
        {
            if (waiting.Length + line.Length > MaxWaiting)
            {
                dropped++;
                return;
            }

            waiting.Append(line);
            writing ??= WriteAsync();
        }
    }

    private async Task WriteAsync()
    {
        await Task.Yield(); // The caller holds our lock.
        while (true)
        {
            await Task.Delay(Pause, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            StringBuilder lines;
            int lost;
            lock (gate)
            {
                if (waiting.Length == 0)
                {
                    writing = null;
                    return;
                }

                (lines, waiting) = (waiting, new());
                (lost, dropped) = (dropped, 0);
            }

            if (lost > 0)
                lines.Append(LineAbout(lost));
            try
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()));
                await output.FlushAsync();
            }
            catch (Exception)
            {
                // The reader of stdout is gone, and there is nobody to tell. A later line may find another reader.
            }
        }
    }

    private sealed class Logger(ConsoleLog log, string category) : ILogger
    {
        private const int KeptLength = 1024;

        [ThreadStatic]
        private static StringWriter? kept;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> format)
        {
            var line = kept ?? new(CultureInfo.InvariantCulture);
            kept = null; // What is formatted may log in turn.
            log.Format(new LogEntry<TState>(logLevel, category, eventId, state, exception, format), line);
            var text = line.GetStringBuilder();
            log.Add(text);
            if (text.Capacity <= KeptLength)
                kept = line;
            text.Clear();
        }
    }
}
