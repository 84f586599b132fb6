using Steelyard.Connections;
using Steelyard.History;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>Turns what a handler throws or leaves unsaid into a problem reply, and has requests admitted.</summary>
public sealed class ErrorMiddleware(RequestDelegate next, KeyRing keys, ILogger<ErrorMiddleware> logger)
{
    private static readonly TimeSpan RetryShortageAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryHistoryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryBusyAfter = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff"; // Much of what we answer is a worker's, or a page's.
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
        catch (PoolUnavailableException e)
        {
            await Problem.UnavailableAsync(context, e);
        }
        catch (QuotaExceededException e)
        {
            await Problem.TooManyAsync(context, e.Message, e.RetryAfter);
        }
        catch (HistoryUnavailableException e)
        {
            await Problem.UnavailableAsync(context, e.Message, RetryHistoryAfter);
        }
        catch (HistoryBusyException e)
        {
            await Problem.TooManyAsync(context, e.Message, RetryBusyAfter);
        }
        catch (FieldException e)
        {
            await Problem.WriteAsync(context, e.Status, e.Message, field: e.Field);
        }
        catch (BadHttpRequestException e)
        {
            await Problem.WriteAsync(context, e.StatusCode, e.Message);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The client has left: nobody is there to be answered.
        }
        catch (Exception e) when (Shortage.IsIn(e))
        {
            logger.LogWarning("Request {Id} failed, since this node has run out of something: {Reason}", context.TraceIdentifier, e.Message);
            await Problem.UnavailableAsync(context, "This node is out of descriptors or memory. Retry; if it stays so, raise the limit of open files.", RetryShortageAfter);
        }
        catch (Exception e)
        {
            logger.LogError(e, "Request {Id} failed through an error of ours", context.TraceIdentifier);
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, $"An error of ours; the log has it under {context.TraceIdentifier}.");
        }
        finally
        {
            Admission.End(context, connection, hasKeys: !keys.IsEmpty);
        }
    }

    private static Task ExplainAsync(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problem.WriteAsync(context, 404, "There is nothing at this path.", "not_found"),
        405 => Problem.WriteAsync(context, 405, $"This path takes {context.Response.Headers.Allow} only."),
        var status => Problem.WriteAsync(context, status, "The request was refused."),
    };
}
