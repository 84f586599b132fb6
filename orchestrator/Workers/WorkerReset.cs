using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>Makes a worker free for its next session: ends the one that it has, if any, and confirms that it is free.</summary>
internal static class WorkerReset
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private enum Outcome
    {
        Done,
        NotYet,

        /// <summary>
        /// The request was not sent because no descriptor is left. This is not the worker's fault: the request is repeated and the
        /// deadline starts again.
        /// </summary>
        NotAsked,
        Failed,
    }

    /// <summary>
    /// Deletes the worker's session, if any, and waits until the worker says that it is free. Returns false if the worker failed, or did
    /// not say so by the deadline.
    /// </summary>
    /// <param name="client">The client of the worker.</param>
    /// <param name="sessionPath">The worker's path of the session, or null.</param>
    /// <param name="within">The time limit. A delete request that has been sent has a separate deadline.</param>
    /// <param name="time">Clock of the deadline.</param>
    public static async Task<bool> RunAsync(WorkerClient client, string? sessionPath, TimeSpan within, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var deleted = sessionPath is null;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var left = within - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return false;
            var outcome = deleted ? await AskFreeAsync(client, left) : await DeleteAsync(client, sessionPath!);
            if (outcome == Outcome.Failed)
                return false;
            if (outcome == Outcome.NotAsked)
                started = time.GetTimestamp();
            if (outcome is Outcome.NotYet or Outcome.NotAsked)
                await Task.Delay(pause, time);
            else if (deleted)
                return true;
            else
                deleted = true;
        }
    }

    private static async Task<Outcome> DeleteAsync(WorkerClient client, string sessionPath)
    {
        using var reply = await client.EndAsync(sessionPath);
        return reply switch
        {
            { Error: WorkerError.None, Status: 200 or 202 or 204 or 404 } => Outcome.Done,
            _ => After(reply.Error),
        };
    }

    private static async Task<Outcome> AskFreeAsync(WorkerClient client, TimeSpan within)
    {
        using var reply = await client.StatusAsync(within);
        if (reply.IsSuccess)
            return client.Protocol.ReadStatus(reply.Body.Span) is { IsFree: true } ? Outcome.Done : Outcome.NotYet;
        return After(reply.Error);
    }

    private static Outcome After(WorkerError error) => error switch
    {
        WorkerError.Busy => Outcome.NotAsked,
        WorkerError.Late => Outcome.NotYet,
        _ => Outcome.Failed,
    };
}
