using Steelyard.Api.Steel;
using Steelyard.History;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Api;

/// <summary>Turns what a handler throws or leaves unsaid into a problem reply.</summary>
public sealed class Failures(RequestDelegate next, ILogger<Failures> logger)
{
    private static readonly TimeSpan RetryHistoryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryBusyAfter = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        try
        {
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
        catch (Exception e)
        {
            logger.LogError(e, "Request {Id} failed through an error of ours", context.TraceIdentifier);
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, $"An error of ours; the log has it under {context.TraceIdentifier}.");
        }
    }

    private static Task ExplainAsync(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problem.WriteAsync(context, 404, "There is nothing at this path.", "not_found"),
        405 => Problem.WriteAsync(context, 405, $"This path takes {context.Response.Headers.Allow} only."),
        var status => Problem.WriteAsync(context, status, "The request was refused."),
    };
}
