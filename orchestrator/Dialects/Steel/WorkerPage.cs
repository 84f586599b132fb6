using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// The page of a session that this node created for one call; the session's worker does tasks in the page for us. The page controls the
/// results: they are passed on while they arrive, and never parsed here.
/// </summary>
internal sealed class WorkerPage(Placement placement, WorkerForwarder workers, Options options, TimeProvider time)
{
    private const int MaxRefusalBytes = 64 * 1024;

    // The request is wrong, the address is no page, or the page does not respond. Everything else is the worker's fault.
    private static readonly int[] PassedStatuses =
        [StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity, StatusCodes.Status504GatewayTimeout];

    /// <summary>
    /// Has the worker do one task in the page. Throws <see cref="PageFailedException"/> when the worker cannot do it, or not in time, and
    /// <see cref="OperationCanceledException"/> when the client has left. The worker's task ends with this call.
    /// </summary>
    /// <param name="what">The task: <c>scrape</c>, <c>screenshot</c> or <c>pdf</c>.</param>
    /// <param name="body">The worker's parameters, as JSON.</param>
    /// <param name="take">Takes the answer within a deadline.</param>
    /// <param name="left">Cancelled when the client has left.</param>
    public async Task WorkAsync(
        string what, ReadOnlyMemory<byte> body, Func<PageOutput, CancellationToken, Task> take, CancellationToken left)
    {
        using var timer = new CancellationTokenSource(options.PageTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, left);
        try
        {
            using var reply = await workers.PostAsync(placement, "/" + what, body, deadline.Token);
            timer.CancelAfter(options.PageTimeout);
            await using var answer = await reply.Content.ReadAsStreamAsync(deadline.Token);
            if (!reply.IsSuccessStatusCode)
                throw await RefusalAsync((int)reply.StatusCode, answer, deadline.Token);
            if (reply.Content.Headers.ContentLength is not { } length || length > options.MaxArtifactBytes)
                throw PageFailedException.TooLarge(what, options);
            await take(new(answer, length, PageOutput.StateIn(reply)), deadline.Token);
        }
        catch (OperationCanceledException) when (!left.IsCancellationRequested)
        {
            throw PageFailedException.TooLate(what, options);
        }
        catch (Exception e) when (Shortage.IsIn(e))
        {
            throw PoolUnavailableException.NoConnection();
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !left.IsCancellationRequested)
        {
            throw PageFailedException.Lost(what, e);
        }
    }

    private static async Task<PageFailedException> RefusalAsync(int status, Stream answer, CancellationToken deadline)
    {
        var body = new byte[MaxRefusalBytes];
        var length = await answer.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, deadline);
        return new(
            PassedStatuses.Contains(status) ? status : StatusCodes.Status502BadGateway,
            WorkerRefusals.Message(body.AsSpan(0, length)) ?? $"The page could not be opened: HTTP {status}.");
    }
}

/// <summary>The worker could not do its task in the page. The message is for the client.</summary>
internal sealed class PageFailedException(int status, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>HTTP status of the answer.</summary>
    public int Status => status;

    public static PageFailedException TooLarge(string what, Options options) => new(
        StatusCodes.Status502BadGateway,
        $"The {what} of the page is larger than --max-artifact ({options.MaxArtifactBytes} bytes). Request less, or raise the limit.");

    public static PageFailedException NoObject() =>
        new(StatusCodes.Status502BadGateway, "The worker's answer to the scrape is not a JSON object.");

    public static PageFailedException TooLate(string what, Options options) => new(
        StatusCodes.Status504GatewayTimeout,
        $"The {what} was not finished within --page-timeout ({options.PageTimeout.TotalSeconds} s): " +
        "the page is too slow, or keeps its browser busy.");

    public static PageFailedException Lost(string what, Exception cause) => new(
        StatusCodes.Status502BadGateway,
        $"The worker was lost during the {what}: the page may have used more than --worker-memory. Retry, or see the log.",
        cause);
}
