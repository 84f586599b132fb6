namespace Steelyard.Events;

/// <summary>Somebody who wants to know what happens on this node.</summary>
public interface INodeSubscriber
{
    /// <summary>Names it in <c>/readyz</c>.</summary>
    string Name { get; }

    /// <summary>Number of events that it wanted and has lost; null when it cannot know.</summary>
    long? Dropped { get; }

    /// <summary>Takes an event, or ignores it. Never blocks and never throws: what it cannot do at once waits in a bounded queue.</summary>
    void Take(NodeEvent e);
}
