namespace Steelyard.Sessions;

/// <summary>The id a client has chosen stands for another session. Asking again cannot help.</summary>
public sealed class IdConflictException : Exception
{
    private IdConflictException(string message)
        : base(message)
    {
    }

    public static IdConflictException OtherRequest(SessionId id) => new($"There is a session {id} already, created from another request. Choose another id.");

    public static IdConflictException Used(SessionId id) => new($"The id {id} has been used: its session has ended. Choose another id.");
}
