using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Steelyard.Hosting;

namespace Steelyard.Tests.Unit.Hosting;

public sealed class ConsoleLogTests
{
    [Fact]
    public async Task Lines_come_whole_and_in_order_with_few_writes()
    {
        var output = new Output();
        await using (var log = new ConsoleLog(new Plain(), output, TimeProvider.System))
        {
            var logger = log.CreateLogger("x");
            for (var line = 0; line < 1000; line++)
                logger.LogInformation("line {Number}", line);
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(line => $"line {line}\n")), output.Text);
        Assert.InRange(output.Writes, 1, 500);
    }

    [Fact]
    public async Task Many_threads_lose_no_line()
    {
        var output = new Output();
        await using (var log = new ConsoleLog(new Plain(), output, TimeProvider.System))
        {
            var logger = log.CreateLogger("x");
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                for (var line = 0; line < 500; line++)
                    logger.LogInformation("a line");
            })));
        }

        Assert.Equal(4000, output.Text.Split("a line\n").Length - 1);
    }

    [Fact]
    public async Task When_nobody_reads_lines_are_dropped_and_counted()
    {
        var output = new Output { Held = new() };
        var log = new ConsoleLog(new Plain(), output, TimeProvider.System);
        var logger = log.CreateLogger("x");
        logger.LogInformation("first");
        await Until.TrueAsync(() => output.Writes == 1, "the first write blocks");
        var text = new string('x', 1000);
        for (var line = 0; line < 2000; line++)
            logger.LogInformation("{Text}", text);
        output.Held.SetResult();
        await log.DisposeAsync();
        Assert.Contains("log lines were dropped", output.Text, StringComparison.Ordinal);
        Assert.InRange(output.Text.Length, 1 << 19, 1 << 21);
    }

    [Fact]
    public async Task An_output_that_is_gone_harms_nobody()
    {
        var output = new Output { IsGone = true };
        await using var log = new ConsoleLog(new Plain(), output, TimeProvider.System);
        log.CreateLogger("x").LogInformation("a line");
        await Until.TrueAsync(() => output.Writes == 1, "it was written to");
        log.CreateLogger("x").LogInformation("another");
        await Until.TrueAsync(() => output.Writes == 2, "it was tried again");
    }

    [Fact]
    public async Task What_is_formatted_may_log_in_turn()
    {
        var output = new Output();
        await using (var log = new ConsoleLog(new Plain(), output, TimeProvider.System))
        {
            var logger = log.CreateLogger("x");
            logger.LogInformation("outer {Text}", new Talker(logger));
        }

        Assert.Equal("inner\nouter x\n", output.Text);
    }

    private sealed class Talker(ILogger logger)
    {
        public override string ToString()
        {
            logger.LogInformation("inner");
            return "x";
        }
    }

    private sealed class Plain() : ConsoleFormatter("plain")
    {
        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter) =>
            textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception) + "\n");
    }

    private sealed class Output : MemoryStream
    {
        private int writes;

        public TaskCompletionSource? Held { get; init; }

        public bool IsGone { get; init; }

        public int Writes => Volatile.Read(ref writes);

        public string Text => Encoding.UTF8.GetString(ToArray());

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref writes);
            if (IsGone)
                throw new UnauthorizedAccessException("Bad file descriptor");
            if (Held is not null)
                await Held.Task;
            Write(buffer.Span);
        }
    }
}
