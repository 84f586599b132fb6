using System.Threading.Channels;

namespace SteelBrowser.Live;

/// <summary>
/// What one viewer has yet to be told. There is one place for each kind of news, and the newest takes it: a viewer that reads slowly misses
/// some, and never costs memory. Without locks: the places are swapped one by one.
/// </summary>
internal sealed class Viewer
{
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
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

    /// <summary>Nothing but this is sent any more. The first call decides.</summary>
    public void Close(Closing how)
    {
        Interlocked.CompareExchange(ref closing, how, null);
        wake.Writer.TryWrite(true);
    }

    /// <summary>Forgets the picture of a tab that is no longer looked at.</summary>
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

    /// <summary>What to send, in this order.</summary>
    public readonly record struct News(Closing? Closing, string? Error, bool TabsChanged, Frame? Frame);
}
