using System.Text;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Simulation;

/// <summary>A connection to a simulated worker. It has a latency, and it breaks with the worker.</summary>
internal sealed class SimulatedConnection(SimulatedMachine machine, WorkerClient owner, TimeProvider time) : IWorkerConnection
{
    private SimulatedProcess? peer;
    private TaskCompletionSource<SimulatedReply>? pending;
    private bool isBroken;
    private bool isReusable;
    private int call;

    public bool IsStale => isBroken;

    public bool HasUnreadReply => false; // A reply is read when it arrives.

    public async ValueTask<WorkerReply> CallAsync(WorkerRequest request, int maxReplyBytes, TimeSpan timeout)
    {
        isReusable = false;
        var outcome = pending = new();
        machine.After(machine.Between(0, 0.002), () => Deliver(request, outcome));
        using var deadline = new CancellationTokenSource(timeout, time);
        SimulatedReply reply;
        try
        {
            reply = await outcome.Task.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            reply = new(machine.World.Happens(0.2) ? WorkerError.Late : WorkerError.TimedOut);
            Break();
        }

        isReusable = reply.Error == WorkerError.None && !isBroken;
        if (reply.Error == WorkerError.None)
            return new(this, call, reply.Status, "application/json", Encoding.UTF8.GetBytes(reply.Body));
        Release(call);
        return new(reply.Error);
    }

    public void Release(int call)
    {
        if (call != this.call)
            return;
        this.call++;
        owner.Return(this, isReusable);
    }

    public void Dispose() => Break();

    /// <summary>Breaks the connection: the other end is gone, or we have closed it.</summary>
    public void Break()
    {
        isBroken = true;
        peer?.Leave(this);
        pending?.TrySetResult(new(WorkerError.Closed));
    }

    private void Deliver(WorkerRequest request, TaskCompletionSource<SimulatedReply> outcome)
    {
        if (isBroken)
        {
            outcome.TrySetResult(new(WorkerError.Closed));
            return;
        }

        if (peer is null)
        {
            if (machine.StartingAt(owner.Port) is { } starting)
            {
                starting.AfterStart(() => Deliver(request, outcome)); // The request waits in the kernel.
                return;
            }

            if ((peer = machine.At(owner.Port)) is null)
            {
                outcome.TrySetResult(new(WorkerError.Refused));
                return;
            }

            peer.Join(this);
        }

        owner.HasAsked();
        peer.Receive(request, reply => machine.After(machine.Between(0, 0.002), () =>
        {
            if (reply.Error != WorkerError.None)
                isBroken = true;
            outcome.TrySetResult(reply);
            if (reply.Body.StartsWith("{\"available\":true", StringComparison.Ordinal))
                machine.OneIsFree();
        }));
    }
}
