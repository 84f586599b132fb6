using Steelyard.Pool;
using Steelyard.Recordings;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Operator;

/// <summary>Looks at all parts of the node that can be in trouble.</summary>
internal sealed class NodeStateReader(
    SessionRegistry sessions, SessionHistory history, RecordingKeeper recordings, WorkerPool pool, LastExits exits, Options options)
{
    /// <param name="caller">Only an operator sees what workers have written.</param>
    public NodeState Read(Caller caller)
    {
        var status = pool.Status();
        return new(status, options.Warm, pool.Closing.IsCancellationRequested)
        {
            IdleSessions = status.Queued == 0 ? 0 : sessions.Live.Count(session => session.View().Idle > NodeState.LongIdle),
            LastWords = caller.IsOperator ? exits.LastWords : null,
            HistoryLost = history.Store?.Lost ?? 0,
            HistoryTrouble = history.Store?.LastTrouble ?? "",
            RecordingTrouble = recordings.Trouble,
        };
    }
}
