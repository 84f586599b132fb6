using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>Creates a session for one call on one page, and ends it with the call.</summary>
public sealed class PageSessions(
    SessionRegistry sessions,
    SessionCreator creator,
    SessionCalls calls,
    WorkerForwarder workers,
    PageTurns turns,
    Options options,
    TimeProvider time)
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>
    /// Waits for a turn, and then gives the page of a new session to <paramref name="use"/>. When there is no turn, the client has been
    /// told. Throws what a create throws and what <paramref name="use"/> throws.
    /// </summary>
    /// <param name="context">The call.</param>
    /// <param name="setup">JSON of the session's options; empty for none.</param>
    /// <param name="use">Uses the page.</param>
    internal async Task UseAsync(HttpContext context, ReadOnlyMemory<byte> setup, Func<WorkerPage, Task> use)
    {
        using var turn = await turns.TakeAsync(context);
        if (turn is null)
            return;
        var clock = new SessionClock(options.PageTimeout * 3, options.PageTimeout * 3); // Three calls at most.
        using var created = await creator.CreateAsync(
            new(EmptyObject, clock) { Holder = context.Caller().Name, Setup = setup }, context.RequestAborted);
        try
        {
            var placement = await calls.PlaceWithExtrasAsync(created.Session, "way to open pages by themselves");
            await use(new(placement, workers, options, time));
        }
        finally
        {
            sessions.End(created.Session, EndReason.Deleted, "its only call has ended");
        }
    }
}
