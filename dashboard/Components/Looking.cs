using Microsoft.AspNetCore.Components;
using Steelyard.Client;
using Steelyard.Dashboard.Node;

namespace Steelyard.Dashboard.Components;

/// <summary>A page that shows what feeds say, and is drawn again when they say something new.</summary>
public abstract class Looking : ComponentBase, IDisposable
{
    private readonly List<IDisposable> places = [];
    private int isAsked;
    private bool isLeft;

    [Inject]
    internal Feeds All { get; set; } = null!;

    [Inject]
    internal NodeCaller Caller { get; set; } = null!;

    /// <summary>The node of the cluster that the page is about, where it is about one; null for the one that serves the page.</summary>
    [SupplyParameterFromQuery(Name = "node")]
    public string? NodeAsked { get; set; }

    private protected KeyFeeds Feeds { get; private set; } = null!;

    /// <summary>What that node tells of itself.</summary>
    private protected NodeFeeds One { get; private set; } = null!;

    /// <summary>The nodes of the cluster; empty before they are known.</summary>
    private protected IReadOnlyList<ClusterNode> Nodes => Feeds.Nodes.Latest?.Nodes ?? [];

    /// <summary>Where there is one node only, nothing names it.</summary>
    private protected bool IsCluster => Nodes.Count > 1;

    public virtual void Dispose()
    {
        isLeft = true;
        Leave();
        GC.SuppressFinalize(this);
    }

    /// <summary>Names the feeds of this page, with <see cref="LookAt{T}"/>.</summary>
    protected abstract void Begin();

    protected override void OnInitialized() => Feeds = All.Of(Caller.Key);

    protected override void OnParametersSet() => Choose();

    private protected void LookAt<T>(Feed<T> feed)
        where T : class => places.Add(feed.Look(Draw));

    private protected void LookAt(LastEvents events) => places.Add(events.Look(Draw));

    private protected string NodeName(int number) =>
        (IsCluster ? Nodes.FirstOrDefault(node => node.Number == number)?.Name : null) ?? $"{number}";

    /// <summary>A worker's id, which is unique on its node only, with the node's name where there are several.</summary>
    private protected string Place(int node, string worker) => IsCluster ? $"{NodeName(node)}/{worker}" : worker;

    // The page's address names another node, or it has become known that there is such a node.
    private void Choose()
    {
        var wanted = Feeds.At(NodeAsked);
        if (isLeft || wanted == One)
            return;
        Leave();
        One = wanted;
        LookAt(Feeds.Nodes);
        Begin();
    }

    private void Leave()
    {
        places.ForEach(place => place.Dispose());
        places.Clear();
    }

    // Several feeds that speak at once draw the page once.
    private void Draw()
    {
        if (Interlocked.Exchange(ref isAsked, 1) == 0)
            _ = InvokeAsync(() =>
            {
                Volatile.Write(ref isAsked, 0);
                Choose();
                StateHasChanged();
            });
    }
}
