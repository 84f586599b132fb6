namespace Steelyard.Pool;

/// <summary>
/// Limits the starts of a program that fails at its start. All slots run the same program, so the backoff belongs to the pool: while
/// starts fail, one worker starts per delay, however many slots and creates wait. The first worker that proves itself lifts the limit.
/// Guarded by the pool's lock.
/// </summary>
internal sealed class StartGate
{
    /// <summary>A worker proves that its program works when it serves a session or stays ready for this time.</summary>
    public static readonly TimeSpan Probation = TimeSpan.FromSeconds(2);

    // One or two failures in a row may be coincidence.
    private const int FailingAfter = 3;

    private bool isShort;
    private TimeSpan recovered; // When a machine that was short of something may have it again.
    private int round;
    private int streak; // The round of the first of the consecutive failures.
    private TimeSpan delay;
    private TimeSpan next;

    /// <summary>Number of consecutive failures. Failures of starts that ran at the same time count once.</summary>
    public int Failures { get; private set; }

    /// <summary>How the last start failed; null while starts succeed.</summary>
    public string? Cause { get; private set; }

    /// <summary>So many starts have failed in a row that a create should not wait for the next one.</summary>
    public bool IsFailing => Failures >= FailingAfter;

    private bool IsOpen => Failures == 0 && !isShort;

    /// <summary>Returns the time until a worker may start; zero if one may start now.</summary>
    /// <param name="now">Time since a fixed start, which must be the same for all calls.</param>
    public TimeSpan Wait(TimeSpan now) => IsOpen || now >= next ? TimeSpan.Zero : next - now;

    /// <summary>Begins a start. Returns false if none may begin now.</summary>
    /// <param name="now">As for <see cref="Wait"/>.</param>
    /// <param name="begun">Identifies the start to <see cref="Fail"/>.</param>
    public bool TryBegin(TimeSpan now, out int begun)
    {
        begun = round;
        if (Wait(now) > TimeSpan.Zero)
            return false;
        next = now + delay;
        return true;
    }

    /// <summary>
    /// Records that a worker ended before it had proved itself, or could not be spawned. Returns true if starts count as failing from now
    /// on.
    /// </summary>
    /// <param name="begun">The worker's start. A start that began before the last failure was known does not count again.</param>
    /// <param name="cause">How the worker ended, for people.</param>
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

    /// <summary>Records that a start failed because the machine lacked a resource. The program is not to blame.</summary>
    /// <param name="cause">What was missing, for people.</param>
    /// <param name="now">As for <see cref="Wait"/>.</param>
    /// <param name="jitter">0 to 1.</param>
    /// <param name="recovery">Time that the machine needs at least.</param>
    public void FailShort(string cause, TimeSpan now, double jitter, TimeSpan recovery = default)
    {
        Cause = cause;
        isShort = true;
        var pause = RestartPolicy.DelayAfterShortage(jitter);
        delay = delay > pause ? delay : pause;
        recovered = now + recovery > recovered ? now + recovery : recovered;
        next = new[] { next, recovered, now + pause }.Max();
    }

    /// <summary>
    /// Records that a worker was spawned, so the shortage is over, unless the machine still recovers: that start had begun before. Returns
    /// true if other workers may start now.
    /// </summary>
    /// <param name="now">As for <see cref="Wait"/>.</param>
    public bool EndShortage(TimeSpan now)
    {
        if (!isShort || now < recovered)
            return false;
        isShort = false;
        if (Failures > 0)
            return false;
        Open();
        return true;
    }

    /// <summary>Records that a worker has proved itself. Returns true if other workers may start now.</summary>
    /// <param name="begun">The worker's start. A start from before the failures proves nothing about the program as it is now.</param>
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
