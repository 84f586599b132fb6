using Steelyard.History;

namespace Steelyard.Events;

/// <summary>Writes the sessions that have ended to the history on disk, which has a bounded queue of its own.</summary>
internal sealed class HistorySubscriber(HistoryStore store) : INodeSubscriber
{
    public string Name => "history";

    public long? Dropped => store.Lost;

    public void Take(NodeEvent e)
    {
        if (e is SessionEnded { Row: { } row })
            store.Add(row);
    }
}
