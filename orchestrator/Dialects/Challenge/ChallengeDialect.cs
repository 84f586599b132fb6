using System.Globalization;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Dialects.Challenge;

/// <summary>The challenge's API: create, get and delete a session. The challenge's workers speak it, too.</summary>
public sealed class ChallengeDialect(SessionService sessions, Options options, TimeProvider time) : IDialect
{
    private const int Tries = 3;

    // Bytes that fit into the kernel's buffers: such a reply counts as sent. A client that still reads a larger one is active.
    private const int SmallBody = 16 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sessions", CreateAsync).WithSummary("Create a session");
        routes.MapGet("/sessions/{id}", GetAsync).WithSummary("Get a session, as its worker describes it").Reads();
        routes.MapDelete("/sessions/{id}", DeleteAsync).WithSummary("End a session");
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = await RequestBody.ReadJsonAsync(context.Request, options, time);
        var request = new SessionRequest(body, new(options.SessionTtl, options.SessionMaxAge)) { Holder = context.Caller().Name };
        using var created = await sessions.CreateAsync(request, context.RequestAborted);
        if (created.Session is not { } session)
        {
            Write(context.Response, created.Placed.Reply, default, default);
            return;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            sessions.End(session, EndReason.Deleted, "its client left before the reply");
            return;
        }

        if (created.Placed.Reply.Status == StatusCodes.Status201Created)
            context.Response.Headers.Location = $"/sessions/{session.Id}";
        Write(context.Response, created.Placed.Reply, created.Placed.Id, session.Id);
    }

    private async Task GetAsync(HttpContext context)
    {
        var session = sessions.Find((string?)context.Request.RouteValues["id"], context.Caller(), out var activity, out var reason);
        if (session is null)
        {
            await Problem.SessionNotFoundAsync(context, reason);
            return;
        }

        using (activity)
        {
            for (var attempt = 1; attempt <= Tries && session.EndReason is null; attempt++)
            {
                if (!await TryGetAsync(context, session))
                    continue;
                if (context.Response.ContentLength > SmallBody)
                    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                return;
            }

            await Problem.SessionGoneAsync(context, session);
        }
    }

    // Returns false when the worker failed: the session has then ended or is being restored.
    private async Task<bool> TryGetAsync(HttpContext context, Session session)
    {
        if (await session.TryPlaceAsync(options.WorkerTimeout) is not { } placement)
            return false;
        using var reply = await placement.Worker.Client.GetAsync(placement.Lease.SessionPath!);

        // Meanwhile, the worker may have been leased to another session, and it may use the same id for that one.
        if (!session.IsOn(placement))
            return false;
        if (reply.IsSuccess && placement.IsIn(reply, out var id))
        {
            if (session.Restarts > 0)
                context.Response.Headers["Steel-Session-Restarts"] = session.Restarts.ToString(CultureInfo.InvariantCulture);
            Write(context.Response, reply, id, session.Id);
            return true;
        }

        if (reply.Error == WorkerError.Busy)
        {
            await Problem.UnavailableAsync(context, PoolUnavailableException.NoConnection());
            return true;
        }

        if (reply.Error == WorkerError.TimedOut && placement.Worker.IsStarved)
        {
            await Problem.UnavailableAsync(context, PoolUnavailableException.Starved());
            return true;
        }

        if (reply.Status >= 500)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status502BadGateway,
                $"The session's worker answered {reply.Status}. The session is still live: retry.");
            return true;
        }

        if (reply.Status == StatusCodes.Status404NotFound || reply.Error == WorkerError.Closed)
            await sessions.WaitClosedAsync(session, placement);
        await sessions.LoseAsync(session, placement, reply);
        return false;
    }

    private Task DeleteAsync(HttpContext context)
    {
        var session = sessions.Find((string?)context.Request.RouteValues["id"], context.Caller(), out var activity, out var reason);
        if (session is null)
            return Problem.SessionNotFoundAsync(context, reason);
        using (activity)
        {
            if (!sessions.End(session, EndReason.Deleted, "by its client"))
                return Problem.SessionNotFoundAsync(context, session.End);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
    }

    // Writes every byte as the worker sent it, except for the id. Does not flush: the worker's connection must become free before a slow
    // client has read the reply.
    private static void Write(HttpResponse response, WorkerReply reply, Range id, SessionId publicId)
    {
        var (start, length) = id.GetOffsetAndLength(reply.Body.Length);
        var ours = length > 0 ? SessionId.TextLength + 2 : 0;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length - length + ours;
        Copy(response.BodyWriter.GetSpan((int)response.ContentLength), reply.Body.Span, start, length, publicId);
        response.BodyWriter.Advance((int)response.ContentLength);
    }

    private static void Copy(Span<byte> output, ReadOnlySpan<byte> body, int start, int length, SessionId publicId)
    {
        body[..start].CopyTo(output);
        output = output[start..];
        if (length > 0)
        {
            output[0] = output[SessionId.TextLength + 1] = (byte)'"';
            publicId.WriteTo(output[1..]);
            output = output[(SessionId.TextLength + 2)..];
        }

        body[(start + length)..].CopyTo(output);
    }
}
