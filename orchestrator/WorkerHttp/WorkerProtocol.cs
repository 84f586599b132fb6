using Steelyard.Contract;
using Steelyard.Settings;

namespace Steelyard.WorkerHttp;

/// <summary>
/// The API of a worker program. Each method creates the request, or reads the reply, for one thing that the pool needs from a worker.
/// </summary>
public abstract class WorkerProtocol
{
    /// <summary>The challenge's API, which the bundled worker speaks as well.</summary>
    public static readonly WorkerProtocol Challenge = new ChallengeProtocol();

    /// <summary>The API of the open-source Steel worker.</summary>
    public static readonly WorkerProtocol Steel = new SteelProtocol();

    /// <summary>Returns the protocol of an API.</summary>
    public static WorkerProtocol Of(WorkerApi api) => api == WorkerApi.Steel ? Steel : Challenge;

    /// <summary>Path of the browser's WebSocket on the worker's port; null if the worker reports it in <c>/json/version</c>.</summary>
    public virtual string? BrowserPath => null;

    /// <summary>
    /// True if the create request contains the client's options; otherwise a separate setup call sends them, if the worker supports it.
    /// </summary>
    public virtual bool CreatesWithOptions => false;

    /// <summary>Path that creates a session.</summary>
    protected abstract string Sessions { get; }

    internal abstract WorkerRequest Health { get; }

    internal abstract WorkerRequest Status { get; }

    /// <summary>Returns the worker's path of the session with this (private) id.</summary>
    public string SessionPath(string workerSessionId) => $"{Sessions}/{Uri.EscapeDataString(workerSessionId)}";

    internal virtual WorkerRequest Create(ReadOnlyMemory<byte> body) => new("POST", Sessions, body);

    internal abstract WorkerRequest End(string sessionPath);

    /// <summary>Reads the reply to <see cref="Status"/>, whose session id is private. Null when it is not what the API says.</summary>
    internal abstract WorkerStatus? ReadStatus(ReadOnlySpan<byte> status);

    /// <summary>Returns true if a session's description says that the session is over, although the reply has status 200.</summary>
    internal virtual bool SaysEnded(ReadOnlySpan<byte> session) => false;
}
