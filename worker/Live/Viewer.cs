using System.Threading.Channels;

namespace SteelBrowser.Live;

/// <summary>
/// The news that one viewer has yet to receive. There is one place for each kind of news, and the newest takes it. So a slow viewer misses
/// some news, but never costs more memory. No lock is needed, because each place is swapped atomically.
/// </summary>
internal sealed class Viewer
{
    private readonly Channel<bool> wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Frame? frame;
    private string? error;
    private bool tabsChanged;
    private Closing? closing;

    public void Show(Frame newest)
    {
        Volatile.Write(ref frame, newest);
        wake.Writer.TryWrite(true);
    }

    public void Tell(string problem)
    {
        Volatile.Write(ref error, problem);
        wake.Writer.TryWrite(true);
    }

    public void TabsChanged()
    {
        Volatile.Write(ref tabsChanged, true);
        wake.Writer.TryWrite(true);
    }

    /// <summary>Ends the connection. Nothing else is sent after this, and the first call decides the reason.</summary>
    public void Close(Closing how)
    {
        Interlocked.CompareExchange(ref closing, how, null);
        wake.Writer.TryWrite(true);
    }

    /// <summary>Drops the picture of a tab that the viewer no longer looks at.</summary>
    public void DropFrame() => Volatile.Write(ref frame, null);

    /// <summary>Waits until there is something to send, and takes all of it. Only one caller at a time.</summary>
    public async ValueTask<News> NextAsync()
    {
        await wake.Reader.ReadAsync();
        return new(
            Volatile.Read(ref closing),
            Interlocked.Exchange(ref error, null),
            Interlocked.Exchange(ref tabsChanged, false),
            Interlocked.Exchange(ref frame, null));
    }

    /// <summary>The news to send, in this order.</summary>
    public readonly record struct News(Closing? Closing, string? Error, bool TabsChanged, Frame? Frame);
}
