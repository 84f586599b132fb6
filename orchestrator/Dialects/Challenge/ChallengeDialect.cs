using System.Globalization;
using Steelyard.Contract;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Dialects.Challenge;

/// <summary>The challenge's API: create, get and delete a session. The challenge's workers speak it, too.</summary>
public sealed class ChallengeDialect(
    SessionRegistry sessions, SessionCreator creator, SessionCalls calls, RequestBodies bodies, Options options) : IDialect
{
    // Bytes that fit into the kernel's buffers: such a reply counts as sent. A client that still reads a larger one is active.
    private const int SmallBody = 16 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sessions", CreateAsync).Creates();
        routes.MapGet("/sessions/{id}", GetAsync).Reads();
        routes.MapDelete("/sessions/{id}", DeleteAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = await bodies.ReadJsonAsync(context.Request);
        var request = new SessionRequest(body, new(options.SessionTtl, options.SessionMaxAge))
        {
            Holder = context.Caller().Name,
            Record = RecordOf(context.Request),
        };
        try
        {
            using var created = await creator.CreateAsync(request, context.RequestAborted);
            if (context.RequestAborted.IsCancellationRequested)
                sessions.End(created.Session, EndReason.Deleted, "its client left before the reply");
            else
                Write(context.Response, created);
        }
        catch (WorkerRefusedException e)
        {
            context.Response.StatusCode = e.Status;
            await context.Response.WriteWholeAsync(e.ContentType, e.Body);
        }
        catch (PoolUnavailableException e)
        {
            await Problem.UnavailableAsync(context, e); // The challenge asks for 503 also when the node is only overloaded.
        }
    }

    // The body belongs to the client, so this option is in the query.
    private static RecordMode? RecordOf(HttpRequest request) =>
        !request.QueryString.HasValue || request.Query["record"] is not [{ } text, ..]
        ? null
        : RecordModes.Parse(text) ?? throw FieldException.Bad("record", "off, events or frames");

    private static void Write(HttpResponse response, CreatedSession created)
    {
        if (created.Reply.Status == StatusCodes.Status201Created)
            response.Headers.Location = $"/sessions/{created.Session.Id}";
        Write(response, created.Reply, created.Id, created.Session.Id);
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
            var (reply, id) = await calls.GetAsync(session);
            using (reply)
            {
                if (reply.IsSuccess)
                    Write(context.Response, session, reply, id);
                else
                    await Problem.WriteAsync(
                        context,
                        StatusCodes.Status502BadGateway,
                        $"The session's worker answered {reply.Status}. The session is still live: retry.");
            }

            if (context.Response.ContentLength > SmallBody)
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    private static void Write(HttpResponse response, Session session, WorkerReply reply, Range id)
    {
        if (session.Restarts > 0)
            response.Headers["Steel-Session-Restarts"] = session.Restarts.ToString(CultureInfo.InvariantCulture);
        Write(response, reply, id, session.Id);
    }

    private Task DeleteAsync(HttpContext context)
    {
        var session = sessions.Find((string?)context.Request.RouteValues["id"], context.Caller(), out var activity, out var reason);
        if (session is null)
            return Problem.SessionNotFoundAsync(context, reason);
        using (activity)
        {
            if (!sessions.End(session, EndReason.Deleted, context.Caller().By(session.Request.Holder)))
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
        const int ours = SessionId.TextLength + 2;
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
        output[0] = output[SessionId.TextLength + 1] = (byte)'"';
        publicId.WriteTo(output[1..]);
        body[(start + length)..].CopyTo(output[(SessionId.TextLength + 2)..]);
    }
}
