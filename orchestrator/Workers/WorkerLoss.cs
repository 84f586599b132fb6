namespace Steelyard.Workers;

/// <summary>Why a session has lost its worker, in the form that the client gets.</summary>
/// <param name="Cause">For programs: <c>crashed</c>, or a value of <see cref="StopReasons.Cause"/>; null if unknown.</param>
/// <param name="Text">For people; "it" is the worker. Does not contain the pid and port, which are for operators.</param>
public sealed record WorkerLoss(string? Cause, string Text)
{
    internal static WorkerLoss Of(StopReason reason, WorkerLimits? limits = null) => new(reason.Cause(), reason.Text(limits));

    /// <summary>The worker ended by itself.</summary>
    internal static WorkerLoss Crashed(string how) => new("crashed", $"it crashed ({how})");

    /// <summary>The worker gave a wrong answer, or none.</summary>
    internal static WorkerLoss Untrusted(string answer) => new(StopReason.Untrusted.Cause(), $"it {answer}");

    /// <summary>Adds the consequence to the text.</summary>
    internal WorkerLoss Then(string what) => this with { Text = $"{Text}; {what}" };
}
