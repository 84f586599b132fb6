namespace Steelyard.Tests.Functional;

/// <summary>A synchronization context that holds back all continuations until it is released.</summary>
internal sealed class HeldContext : SynchronizationContext
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<(SendOrPostCallback Callback, object? State)>? held = new();

    /// <summary>Completes when a continuation is posted.</summary>
    public Task Posted => posted.Task;

    public Task<T> Begin<T>(Func<Task<T>> work)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return work();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (gate)
        {
            if (held is not null)
            {
                held.Enqueue((d, state));
                posted.TrySetResult();
                return;
            }
        }

        base.Post(d, state);
    }

    /// <summary>Releases all continuations: from now on they run in the thread pool.</summary>
    public void Release()
    {
        Queue<(SendOrPostCallback Callback, object? State)> waiting;
        lock (gate)
            (waiting, held) = (held ?? [], null);
        foreach (var (callback, state) in waiting)
            base.Post(callback, state);
    }
}
