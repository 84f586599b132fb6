using Steelyard.Events;

namespace Steelyard.Dialects.Operator;

/// <summary>Counts what happens until somebody takes the counts.</summary>
internal sealed class NodeCounts : INodeSubscriber
{
    private readonly Lock gate = new();
    private NodeCount count = new();

    public string Name => "series";

    public long? Dropped => null;

    public void Take(NodeEvent e)
    {
        lock (gate)
            count.Add(e);
    }

    /// <summary>Returns the counts since the last call.</summary>
    public NodeCount Take()
    {
        lock (gate)
        {
            var taken = count;
            count = new();
            return taken;
        }
    }
}

/// <summary>What happened in a period. Not for several threads.</summary>
internal sealed class NodeCount
{
    // Of more waits, the first ones stand for all.
    private const int MostWaits = 2000;

    private readonly List<double> waits = [];

    public int Created { get; private set; }

    public int Refused { get; private set; }

    public int Lost { get; private set; }

    public int Exited { get; private set; }

    public void Add(NodeEvent e)
    {
        switch (e)
        {
            case SessionCreated created:
                Created++;
                if (waits.Count < MostWaits)
                    waits.Add(created.Waited.TotalSeconds);
                break;
            case CreateRefused:
                Refused++;
                break;
            case SessionEnded { Reason: "worker_lost" }:
                Lost++;
                break;
            case WorkerExited { StopReason: null }:
                Exited++;
                break;
        }
    }

    /// <summary>The wait of a create, in seconds, that this share of them did not exceed; null without creates.</summary>
    public double? WaitAt(double share)
    {
        if (waits.Count == 0)
            return null;
        waits.Sort();
        return Math.Round(waits[(int)Math.Ceiling(share * waits.Count) - 1], 4);
    }
}
