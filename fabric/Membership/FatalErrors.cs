using Microsoft.Extensions.Logging;

namespace Steelyard.Fabric.Membership;

/// <summary>
/// Orleans ends the process when the others have declared its silo dead. A node must not end: its workers have sessions, and it can join
/// again. So the silo is only told to stop.
/// </summary>
internal sealed class FatalErrors(ILogger<FatalErrors> logger) : IFatalErrorHandler
{
    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the reason when the silo cannot go on.</summary>
    public Task<string> Ended => ended.Task;

    public bool IsUnexpected(Exception exception) => exception is not (ThreadInterruptedException or OperationCanceledException);

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        var reason = context ?? exception?.Message ?? "an unknown error";
        if (ended.TrySetResult(reason))
            logger.LogError("This node must join its cluster again: {Reason}", reason);
    }
}
