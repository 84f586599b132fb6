namespace Steelyard.Events;

/// <summary>
/// The stream of facts about this node. The log and the history on disk subscribe to it. What a reply depends on at once, such as the
/// reason of a 404, is not a subscriber: the code that ends a session writes it itself. A get publishes nothing.
/// </summary>
public sealed class NodeEvents(INodeSubscriber[] subscribers)
{
    /// <summary>Number of events that a subscriber has lost, by its name. Those that cannot know are left out.</summary>
    public IReadOnlyDictionary<string, long> Dropped => subscribers
        .Where(each => each.Dropped is not null)
        .ToDictionary(each => each.Name, each => each.Dropped!.Value);

    /// <summary>Tells all subscribers. Never blocks and never throws. Do not call it under a lock.</summary>
    public void Publish(NodeEvent e)
    {
        foreach (var subscriber in subscribers)
            subscriber.Take(e);
    }
}
