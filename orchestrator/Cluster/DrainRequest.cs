namespace Steelyard.Cluster;

/// <summary>An operator's wish that this node ends when its sessions have ended.</summary>
internal sealed class DrainRequest
{
    private readonly TaskCompletionSource made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when an operator asks for it.</summary>
    public Task Made => made.Task;

    public void Make() => made.TrySetResult();
}
