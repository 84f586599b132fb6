using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// The page of a session of our own, on a worker that works in it for us. What it makes of the page is the page's: it is passed on while
/// it comes, and never read here.
/// </summary>
internal sealed class WorkerPage(Placement placement, WorkerForwarder workers, Options options, TimeProvider time)
{
    private const int MaxRefusalBytes = 64 * 1024;

    /// <summary>
    /// Has something done in the page. Throws <see cref="PageFailedException"/> when it cannot be done, or not in time, and
    /// <see cref="OperationCanceledException"/> when the client has left; the worker's work ends with the call.
    /// </summary>
    /// <param name="what">scrape, screenshot or pdf.</param>
    /// <param name="body">JSON.</param>
    /// <param name="take">Takes the answer, its length in bytes, and a deadline.</param>
    /// <param name="left">The client has.</param>
    public async Task WorkAsync(string what, ReadOnlyMemory<byte> body, Func<Stream, long, CancellationToken, Task> take, CancellationToken left)
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
            await take(answer, length, deadline.Token);
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
            status == StatusCodes.Status400BadRequest ? status : StatusCodes.Status502BadGateway,
            WorkerRefusals.Message(body.AsSpan(0, length)) ?? $"The page could not be opened: HTTP {status}.");
    }
}

/// <summary>What was asked for cannot be had of the page. The message is for the client.</summary>
internal sealed class PageFailedException(int status, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>HTTP status of the answer.</summary>
    public int Status => status;

    public static PageFailedException TooLarge(string what, Options options) => new(
        StatusCodes.Status502BadGateway,
        $"The {what} of the page has more than --max-artifact ({options.MaxArtifactBytes} bytes). Ask for less, or raise it.");

    public static PageFailedException NoObject() => new(StatusCodes.Status502BadGateway, "The worker's answer to the scrape is no JSON object.");

    public static PageFailedException TooLate(string what, Options options) => new(
        StatusCodes.Status504GatewayTimeout,
        $"The {what} was not done within --page-timeout ({options.PageTimeout.TotalSeconds} s): the page is too slow, or keeps its browser busy.");

    public static PageFailedException Lost(string what, Exception cause) => new(
        StatusCodes.Status502BadGateway,
        $"The worker was lost in the middle of the {what}: the page may have used more than --worker-memory. Retry, or see the log.",
        cause);
}
