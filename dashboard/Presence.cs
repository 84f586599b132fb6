using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Steelyard.Dashboard;

/// <summary>Counts who looks at the dashboard. When nobody has looked for a while, the process ends and costs nothing.</summary>
internal sealed class Presence(TimeProvider time) : CircuitHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private int present;
    private long last = time.GetTimestamp();

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref present);
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Interlocked.Decrement(ref present);
        Volatile.Write(ref last, time.GetTimestamp());
        return Task.CompletedTask;
    }

    /// <summary>Completes when nobody has looked for ten minutes.</summary>
    public async Task NobodyAsync()
    {
        while (Volatile.Read(ref present) > 0 || time.GetElapsedTime(Volatile.Read(ref last)) < Patience)
            await Task.Delay(Period, time);
    }
}
