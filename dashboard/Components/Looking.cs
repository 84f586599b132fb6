using Microsoft.AspNetCore.Components;
using Steelyard.Dashboard.Node;

namespace Steelyard.Dashboard.Components;

/// <summary>A page that shows what feeds say, and is drawn again when they say something new.</summary>
public abstract class Looking : ComponentBase, IDisposable
{
    private readonly List<IDisposable> places = [];
    private int isAsked;

    [Inject]
    internal Feeds All { get; set; } = null!;

    [Inject]
    internal NodeCaller Caller { get; set; } = null!;

    private protected KeyFeeds Feeds { get; private set; } = null!;

    public virtual void Dispose()
    {
        places.ForEach(place => place.Dispose());
        GC.SuppressFinalize(this);
    }

    /// <summary>Names the feeds of this page, with <see cref="LookAt{T}"/>.</summary>
    protected abstract void Begin();

    protected override void OnInitialized()
    {
        Feeds = All.Of(Caller.Key);
        Begin();
    }

    private protected void LookAt<T>(Feed<T> feed)
        where T : class => places.Add(feed.Look(Draw));

    private protected void LookAt(LastEvents events) => places.Add(events.Look(Draw));

    // Several feeds that speak at once draw the page once.
    private void Draw()
    {
        if (Interlocked.Exchange(ref isAsked, 1) == 0)
            _ = InvokeAsync(() =>
            {
                Volatile.Write(ref isAsked, 0);
                StateHasChanged();
            });
    }
}
