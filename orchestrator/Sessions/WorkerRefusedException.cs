using Steelyard.WorkerHttp;

namespace Steelyard.Sessions;

/// <summary>A worker has refused a create with a 4xx: what the client asked for is wrong.</summary>
/// <param name="request">The create.</param>
/// <param name="reply">The worker's reply, which is copied.</param>
/// <param name="atSetup">The worker has refused the options; otherwise the body.</param>
public sealed class WorkerRefusedException(SessionRequest request, WorkerReply reply, bool atSetup) : Exception(reply.ToString())
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = reply.Status;

    public string? ContentType { get; } = reply.ContentType;

    public ReadOnlyMemory<byte> Body { get; } = reply.Body.ToArray();

    public bool AtSetup => atSetup;

    /// <summary>Returns the client's name of a field of the worker's options; null when the client has no name for it.</summary>
    public string? FieldName(string? field) => field is null ? null : request.FieldName(field);
}
