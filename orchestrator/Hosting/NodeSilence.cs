namespace Steelyard.Hosting;

/// <summary>
/// Decides whether an orchestrator hangs, that is, has given no sign of life for too long. Only time in which the watching process itself
/// ran counts. When the machine slept or has no free processor, silence says nothing about the orchestrator.
/// </summary>
/// <param name="startTimeout">How long it can be silent before its first sign of life, while it takes over hundreds of workers.</param>
/// <param name="hangTimeout">How long it can be silent later.</param>
/// <param name="period">How often <see cref="Tick"/> is called.</param>
internal sealed class NodeSilence(TimeSpan startTimeout, TimeSpan hangTimeout, TimeSpan period)
{
    private bool hasAnswered;

    /// <summary>The part of the time since the last sign of life that counts.</summary>
    public TimeSpan Length { get; private set; }

    /// <summary>Call this at the end of each period. True when the orchestrator hangs.</summary>
    /// <param name="sinceLast">Time since the last call. A late call shows that this process did not run.</param>
    /// <param name="isAlive">True when there was a sign of life in this period.</param>
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
