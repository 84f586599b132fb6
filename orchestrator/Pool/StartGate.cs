namespace Steelyard.Pool;

/// <summary>
/// Limits the starts of a program that fails at them. All slots run the same program, so the backoff belongs to the pool: while starts
/// fail, one worker starts per delay, however many slots and creates wait. The first worker that proves itself lifts the limit. Guarded by
/// the pool's lock.
/// </summary>
internal sealed class StartGate
{
    /// <summary>A worker has proved that its program works when it served a session, or stayed ready for so long.</summary>
    public static readonly TimeSpan Probation = TimeSpan.FromSeconds(2);

    // One or two failures in a row are bad luck.
    private const int FailingAfter = 3;

    private bool isShort;
    private int round;
    private int streak; // The round of the first failure in a row.
    private TimeSpan delay;
    private TimeSpan next;

    /// <summary>Failures in a row, those of starts that were under way at the same time counted once.</summary>
    public int Failures { get; private set; }

    /// <summary>How the last start failed; null while starts succeed.</summary>
    public string? Cause { get; private set; }

    /// <summary>So many starts have failed in a row that a create should not wait for the next one.</summary>
    public bool IsFailing => Failures >= FailingAfter;

    private bool IsOpen => Failures == 0 && !isShort;

    /// <summary>How long no worker may start.</summary>
    /// <param name="now">Time since any fixed start, the same for all calls.</param>
    public TimeSpan Wait(TimeSpan now) => IsOpen || now >= next ? TimeSpan.Zero : next - now;

    /// <summary>Begins a start, if one may begin now.</summary>
    /// <param name="now">As for <see cref="Wait"/>.</param>
    /// <param name="begun">Names the start to <see cref="Fail"/>.</param>
    public bool TryBegin(TimeSpan now, out int begun)
    {
        begun = round;
        if (Wait(now) > TimeSpan.Zero)
            return false;
        next = now + delay;
        return true;
    }

    /// <summary>
    /// A worker ended before it had proved itself, or was not even spawned. True when starts count as failing from now on.
    /// </summary>
    /// <param name="begun">Its start. One that began before the last failure was known is no news.</param>
    /// <param name="cause">How it ended, for people.</param>
    /// <param name="now">As for <see cref="Wait"/>.</param>
    /// <param name="jitter">0 to 1.</param>
    public bool Fail(int begun, string cause, TimeSpan now, double jitter)
    {
        if (begun != round)
        {
            Cause = Failures > 0 ? cause : Cause;
            return false;
        }

        if (Failures++ == 0)
            streak = round;
        Cause = cause;
        round++;
        delay = RestartPolicy.Default.DelayAfter(Failures, jitter);
        next = now + delay;
        return Failures == FailingAfter;
    }

    /// <summary>A start failed through a shortage of the machine: the program is not to blame.</summary>
    /// <param name="cause">What was short, for people.</param>
    /// <param name="now">As for <see cref="Wait"/>.</param>
    /// <param name="jitter">0 to 1.</param>
    public void FailShort(string cause, TimeSpan now, double jitter)
    {
        Cause = cause;
        isShort = true;
        var pause = RestartPolicy.DelayAfterShortage(jitter);
        delay = delay > pause ? delay : pause;
        next = now + pause > next ? now + pause : next;
    }

    /// <summary>A worker was spawned: the shortage is over. True when others may start now.</summary>
    public bool EndShortage()
    {
        if (!isShort)
            return false;
        isShort = false;
        if (Failures > 0)
            return false;
        Open();
        return true;
    }

    /// <summary>A worker has proved itself. True when others may start now.</summary>
    /// <param name="begun">Its start. One from before the failures says nothing of the program as it is now.</param>
    public bool Succeed(int begun)
    {
        if (Failures == 0 || begun <= streak)
            return false;
        Open();
        return true;
    }

    private void Open()
    {
        round++;
        (Failures, Cause, delay, next) = (0, null, TimeSpan.Zero, TimeSpan.Zero);
    }
}
