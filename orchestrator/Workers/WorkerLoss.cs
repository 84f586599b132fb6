namespace Steelyard.Workers;

/// <summary>Why a session has lost its worker, as its client is told.</summary>
/// <param name="Cause">For programs: crashed, or what <see cref="StopReasons.Cause"/> says; null when it is not known.</param>
/// <param name="Text">For people; "it" is the worker. Without pid and port, which are for operators.</param>
public sealed record WorkerLoss(string? Cause, string Text)
{
    internal static WorkerLoss Of(StopReason reason, WorkerLimits? limits = null) => new(reason.Cause(), reason.Text(limits));

    /// <summary>It ended by itself.</summary>
    internal static WorkerLoss Crashed(string how) => new("crashed", $"it crashed ({how})");

    /// <summary>It gave a wrong answer, or none.</summary>
    internal static WorkerLoss Untrusted(string answer) => new(StopReason.Untrusted.Cause(), $"it {answer}");

    /// <summary>And this came of it.</summary>
    internal WorkerLoss Then(string what) => this with { Text = $"{Text}; {what}" };
}
