namespace Steelyard.Hosting;

/// <summary>
/// Decides whether an orchestrator hangs: it has given no sign of life for too long. Only time in which whoever asks was running itself
/// counts: a machine that slept, or has no processor to spare, says nothing about the one that is asked.
/// </summary>
/// <param name="startTimeout">How long it may be silent before its first sign of life: it takes over hundreds of workers
/// meanwhile.</param>
/// <param name="hangTimeout">How long afterwards.</param>
/// <param name="period">How often <see cref="Tick"/> is called.</param>
internal sealed class NodeSilence(TimeSpan startTimeout, TimeSpan hangTimeout, TimeSpan period)
{
    private bool hasAnswered;

    /// <summary>Time since the last sign of life, as far as it counts.</summary>
    public TimeSpan Length { get; private set; }

    /// <summary>A period is over. True when it hangs.</summary>
    /// <param name="sinceLast">Time since the last call: one that comes late shows that we did not run.</param>
    /// <param name="isAlive">There was a sign of life meanwhile.</param>
    public bool Tick(TimeSpan sinceLast, bool isAlive)
    {
        hasAnswered |= isAlive;
        if (isAlive)
            Length = TimeSpan.Zero;
        else if (sinceLast < 2 * period)
            Length += sinceLast;
        return Length >= (hasAnswered ? hangTimeout : startTimeout);
    }
}
