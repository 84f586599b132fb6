namespace Steelyard.Sessions;

/// <summary>The id that a client has chosen belongs to another session. A retry cannot help.</summary>
public sealed class IdConflictException : Exception
{
    private IdConflictException(string message)
        : base(message)
    {
    }

    public static IdConflictException OtherRequest(SessionId id) =>
        new($"There is a session {id} already, created from another request. Choose another id.");

    public static IdConflictException Used(SessionId id) => new($"The id {id} has been used: its session has ended. Choose another id.");
}
