using System.Runtime.InteropServices;

namespace Steelyard.Hosting;

/// <summary>
/// The signals that end the program. The first one asks it to stop as configured, the second one to stop at once. A terminal that closes
/// sends one, too, unless the program has another use for that signal.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource asked = new();
    private readonly CancellationTokenSource second = new();
    private readonly List<PosixSignalRegistration> registrations;

    /// <param name="onHangUp">What SIGHUP does; null if it ends the program.</param>
    public StopSignals(Action? onHangUp = null) => registrations =
    [
        .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, OnSignal)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, onHangUp is null ? OnSignal : context =>
        {
            context.Cancel = true;
            onHangUp();
        }),
    ];

    public Task First => first.Task;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Asked => asked.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Second => second.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        asked.Dispose();
        second.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (first.TrySetResult())
            asked.Cancel();
        else
            second.Cancel();
    }
}

/// <summary>Leaves the signals to <see cref="StopSignals"/>. The host's own handler would end everything at the first one.</summary>
internal sealed class NoHostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
