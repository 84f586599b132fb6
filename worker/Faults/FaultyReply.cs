using System.Text;
using SteelBrowser.Http;
using Steelyard.Contract;

namespace SteelBrowser.Faults;

/// <summary>Makes faulty replies from correct ones.</summary>
internal static class FaultyReply
{
    private const long HugeBytes = 1L << 30;
    private const int IdLength = 36;

    public static readonly ReadOnlyMemory<byte> NotHttp = "\0\u0001 no answer at all \r\n\u00ff\r\n\r\n"u8.ToArray();

    /// <summary>Replaces the id in a reply. A reply without an id stays unchanged.</summary>
    public static Reply WithOtherId(Reply reply)
    {
        var name = "id\":\""u8;
        var at = reply.Body.Span.IndexOf(name);
        if (at < 0)
            return reply;
        var body = reply.Body.ToArray();
        var other = Guid.NewGuid().ToString();
        Encoding.ASCII.GetBytes(other, body.AsSpan(at + name.Length, IdLength));
        return reply with { Body = body, Location = reply.Location is null ? null : "/sessions/" + other };
    }

    public static Reply BrokenJson(Reply reply) => Reply.Json(reply.Status, "{\"id\": nonsense,,}"u8.ToArray());

    public static Reply WithoutId(Reply reply) =>
        Reply.Json(reply.Status, "{\"created_at\":\"2024-01-15T10:30:00Z\",\"data\":{}}"u8.ToArray());

    /// <summary>A complete HTTP reply whose JSON stops in the middle.</summary>
    public static Reply Cut(Reply reply) => reply with { Body = reply.Body[..(reply.Body.Length / 2)] };

    /// <summary>Says the opposite of a status reply.</summary>
    public static Reply Lie(Reply status) => Reply.Json(
        status.Status,
        (WorkerStatus.TryRead(status.Body.Span) is { IsAvailable: true }
            ? new WorkerStatus(false, Guid.NewGuid().ToString())
            : new WorkerStatus(true, null)).ToJson());

    public static Reply Busy(Reply status) => Reply.Json(status.Status, new WorkerStatus(false, null).ToJson());

    /// <summary>Sends a body without a length: 1 GiB, or until the client disconnects.</summary>
    public static async Task SendHugeAsync(Reply reply, HttpContext context)
    {
        context.Response.StatusCode = reply.ContentType is null ? StatusCodes.Status200OK : reply.Status;
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync("{\"id\":\""u8.ToArray(), context.RequestAborted);
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        for (long sent = 0; sent < HugeBytes; sent += block.Length)
            await context.Response.BodyWriter.WriteAsync(block, context.RequestAborted);
    }
}
