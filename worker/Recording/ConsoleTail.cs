using System.Text;
using Steelyard.Processes;

namespace SteelBrowser.Recording;

/// <summary>
/// Follows the browser's output, from its end at the start of the recording. When more comes than it may read at once, it skips to the
/// newest.
/// </summary>
internal sealed class ConsoleTail : IAsyncDisposable
{
    private const int MostAtOnce = 64 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CappedLog output;
    private readonly TimeProvider time;
    private readonly ConsoleLines lines;
    private readonly CancellationTokenSource closing = new();
    private readonly Task following;
    private readonly byte[] buffer = new byte[MostAtOnce];
    private long position;
    private int begun; // Bytes of a line that has no end yet, at the start of the buffer.

    /// <param name="output">The file that the browser appends to.</param>
    /// <param name="found">Called for each message of a console.</param>
    /// <param name="time">The clock.</param>
    public ConsoleTail(CappedLog output, Action<ConsoleMessage> found, TimeProvider time)
    {
        this.output = output;
        this.time = time;
        lines = new(found);
        position = Length;
        following = FollowAsync();
    }

    /// <summary>Reads what there is, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await following;
        closing.Dispose();
    }

    private long Length => new FileInfo(output.Path) is { Exists: true } file ? file.Length : 0;

    private async Task FollowAsync()
    {
        for (var isLast = false; !isLast;)
        {
            await Task.Delay(Pause, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isLast = closing.IsCancellationRequested;
            try
            {
                if (Length is var length && length != position)
                    Read(length);
                output.Trim(); // A page can write faster than the browser is watched.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The browser's folder is being deleted.
                return;
            }
        }
    }

    private void Read(long length)
    {
        if (length < position)
            (position, begun) = (0, 0); // The file was emptied.
        if (length - position > MostAtOnce - begun)
            (position, begun) = (length - MostAtOnce, 0);
        using var file = File.OpenHandle(output.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var count = RandomAccess.Read(file, buffer.AsSpan(begun), position);
        position += count;
        var bytes = buffer.AsSpan(0, begun + count);
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
            lines.Add(Encoding.UTF8.GetString(bytes[..end]));

        // A line of the size of the buffer is lost.
        begun = bytes.Length < MostAtOnce ? bytes.Length : 0;
        bytes[..begun].CopyTo(buffer);
    }
}
