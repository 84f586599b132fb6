using Steelyard.Sessions;

namespace Steelyard.Dialects.Operator;

/// <summary>The live sessions that a caller may see.</summary>
internal static class SessionViews
{
    // Sessions begin and end while they are read. Those that have ended by the time all are read are left out: otherwise two of them could
    // name the same worker.
    public static List<SessionView> Of(SessionRegistry sessions, Caller caller)
    {
        var seen = sessions.Live
            .Where(session => caller.Sees(session.Request.Holder))
            .Select(session => (Session: session, View: session.View()))
            .ToList();
        return [.. seen.Where(pair => pair.Session.EndReason is null && !pair.Session.IsOver()).Select(pair => pair.View)];
    }
}
