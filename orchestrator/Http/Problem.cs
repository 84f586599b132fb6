using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steelyard.Pool;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>Error replies: <c>application/problem+json</c> (RFC 9457), with <c>message</c> for clients that print it.</summary>
public static class Problem
{
    /// <summary>The header by which steel-sdk is told whether to repeat a call.</summary>
    internal const string ShouldRetry = "x-should-retry";

    // Leaves quotes and non-ASCII letters unescaped. This is safe because the JSON is never embedded in HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an error reply. Does nothing when the reply has already started.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status, 400 to 599.</param>
    /// <param name="detail">What happened, to what, and what to do next.</param>
    /// <param name="reason">For a 404: <c>not_found</c>, <c>deleted</c>, <c>expired</c>, <c>worker_lost</c> or <c>drained</c>.</param>
    /// <param name="field">For a 400 or 501: the field of the body that caused it.</param>
    /// <param name="cause">For a 404 with <c>worker_lost</c>: why the worker was lost, such as <c>out_of_memory</c>.</param>
    public static Task WriteAsync(
        HttpContext context, int status, string detail, string? reason = null, string? field = null, string? cause = null)
    {
        if (context.Response.HasStarted)
            return Task.CompletedTask;
        var title = Title(status);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteString("message", $"{title}: {detail}");
            if (reason is not null)
                json.WriteString("reason", reason);
            if (cause is not null)
                json.WriteString("cause", cause);
            if (field is not null)
                json.WriteString("field", field);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        if (status == StatusCodes.Status501NotImplemented)
            context.Response.Headers[ShouldRetry] = "false"; // steel-sdk repeats every other 5xx.
        return context.Response.WriteWholeAsync("application/problem+json", body.WrittenMemory);
    }

    /// <summary>Answers 404 for a session that does not exist or has ended.</summary>
    public static Task SessionNotFoundAsync(HttpContext context, SessionEnd? end) => WriteAsync(
        context,
        StatusCodes.Status404NotFound,
        SessionGoneException.Describe(end),
        end?.Reason.Name() ?? "not_found",
        cause: end?.Cause);

    /// <summary>Answers 503 with Retry-After.</summary>
    public static Task UnavailableAsync(HttpContext context, PoolUnavailableException e) =>
        UnavailableAsync(context, e.Message, e.RetryAfter);

    /// <summary>Answers 503 with Retry-After, rounded up to whole seconds.</summary>
    public static Task UnavailableAsync(HttpContext context, string detail, TimeSpan retryAfter) =>
        WriteLaterAsync(context, StatusCodes.Status503ServiceUnavailable, detail, retryAfter);

    /// <summary>Answers 429 with Retry-After, rounded up to whole seconds.</summary>
    public static Task TooManyAsync(HttpContext context, string detail, TimeSpan retryAfter) =>
        WriteLaterAsync(context, StatusCodes.Status429TooManyRequests, detail, retryAfter);

    private static Task WriteLaterAsync(HttpContext context, int status, string detail, TimeSpan retryAfter)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, status, detail);
    }

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        405 => "Method not allowed",
        408 => "Request timeout",
        409 => "Conflict",
        413 => "Body too large",
        426 => "Upgrade required",
        429 => "Too many requests",
        501 => "Not implemented",
        502 => "Bad worker reply",
        503 => "Service unavailable",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
    };
}
