namespace Steelyard.Sessions;

/// <summary>How a create ended: with a session, or with the worker's refusal of what was asked.</summary>
public sealed record CreateOutcome(Session? Session, WorkerRefusal? Refusal)
{
    public static CreateOutcome Of(CreatedSession created) => created.Session is { } session
        ? new(session, null)
        : new(null, new(created.Placed.Reply.Status, created.Placed.Reply.Body.ToArray(), created.Placed.IsSetup));
}

/// <summary>A worker's 4xx.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">What the worker said.</param>
/// <param name="AtSetup">It refused the options; else the body.</param>
public sealed record WorkerRefusal(int Status, ReadOnlyMemory<byte> Body, bool AtSetup);
