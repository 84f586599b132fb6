using Steelyard.Connections;
using Steelyard.History;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>
/// Turns exceptions of handlers, and error statuses without a body, into problem replies. Also runs the admission of requests.
/// </summary>
public sealed class ErrorMiddleware(RequestDelegate next, KeyRing keys, ILogger<ErrorMiddleware> logger)
{
    private static readonly TimeSpan RetryShortageAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryHistoryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryBusyAfter = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff"; // Many replies come from a worker or a page.
        var connection = context.Features.Get<ClientConnection>();
        if (!Admission.TryBegin(context, connection))
            return;
        try
        {
            if (!await Admission.RefusesAsync(context, connection))
                await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null })
                await ExplainAsync(context);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The client has disconnected: there is nobody to answer.
        }
        catch (Exception e)
        {
            await AnswerAsync(context, e);
        }
        finally
        {
            Admission.End(context, connection, hasKeys: !keys.IsEmpty);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception exception) => exception switch
    {
        SessionGoneException e => Problem.SessionNotFoundAsync(context, e.End),
        MissingFeatureException e => Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, e.Message),
        WorkerRefusedException e => WorkerRefusals.WriteAsync(context, e),
        PoolUnavailableException { IsOverload: true } e => Problem.TooManyAsync(context, e.Message, e.RetryAfter),
        PoolUnavailableException e => Problem.UnavailableAsync(context, e),
        QuotaExceededException e => Problem.TooManyAsync(context, e.Message, e.RetryAfter),
        HistoryUnavailableException e => Problem.UnavailableAsync(context, e.Message, RetryHistoryAfter),
        HistoryBusyException e => Problem.TooManyAsync(context, e.Message, RetryBusyAfter),
        FieldException e => Problem.WriteAsync(context, e.Status, e.Message, field: e.Field),
        BadHttpRequestException e => Problem.WriteAsync(context, e.StatusCode, e.Message),
        _ when Shortage.IsIn(exception) => AnswerShortageAsync(context, exception),
        _ => AnswerErrorOfOursAsync(context, exception),
    };

    private Task AnswerShortageAsync(HttpContext context, Exception e)
    {
        logger.LogWarning(
            "Request {Id} failed because this node is out of descriptors or memory: {Reason}", context.TraceIdentifier, e.Message);
        return Problem.UnavailableAsync(
            context,
            "This node is out of descriptors or memory. Retry. If this continues, raise the limit of open files.",
            RetryShortageAfter);
    }

    private Task AnswerErrorOfOursAsync(HttpContext context, Exception e)
    {
        logger.LogError(e, "Request {Id} failed because of an error of ours", context.TraceIdentifier);
        return Problem.WriteAsync(
            context,
            StatusCodes.Status500InternalServerError,
            $"An internal error occurred. The log has the details under request {context.TraceIdentifier}.");
    }

    private static Task ExplainAsync(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problem.WriteAsync(context, 404, "There is nothing at this path.", "not_found"),
        405 => Problem.WriteAsync(context, 405, $"This path only supports {context.Response.Headers.Allow}."),
        var status => Problem.WriteAsync(context, status, "The request was refused."),
    };
}
