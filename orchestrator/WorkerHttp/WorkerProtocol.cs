using Steelyard.Settings;

namespace Steelyard.WorkerHttp;

/// <summary>How a worker program wants to be spoken to. Each method names the request or reads the reply for one thing the pool needs of it.</summary>
public abstract class WorkerProtocol
{
    /// <summary>The challenge's API, which the bundled worker speaks as well.</summary>
    public static readonly WorkerProtocol Challenge = new ChallengeProtocol();

    /// <summary>The API of the open-source Steel worker.</summary>
    public static readonly WorkerProtocol Steel = new SteelProtocol();

    /// <summary>The protocol of an API.</summary>
    public static WorkerProtocol Of(WorkerApi api) => api == WorkerApi.Steel ? Steel : Challenge;

    /// <summary>Path of the browser's WebSocket on the worker's own port; null when the worker tells it in <c>/json/version</c>.</summary>
    public virtual string? BrowserPath => null;

    /// <summary>A create brings the client's options along; otherwise they are set up in a call of their own, where the worker has one.</summary>
    public virtual bool CreatesWithOptions => false;

    /// <summary>Path that creates a session.</summary>
    protected abstract string Sessions { get; }

    internal abstract WorkerRequest Health { get; }

    internal abstract WorkerRequest Status { get; }

    /// <summary>The worker's path of a session with this (private) id.</summary>
    public string SessionPath(string workerSessionId) => $"{Sessions}/{Uri.EscapeDataString(workerSessionId)}";

    internal virtual WorkerRequest Create(ReadOnlyMemory<byte> body) => new("POST", Sessions, body);

    internal abstract WorkerRequest End(string sessionPath);

    /// <summary>Whether the reply to <see cref="Status"/> says that nobody has a session there.</summary>
    internal abstract bool SaysFree(ReadOnlySpan<byte> status);

    /// <summary>The (private) id of the session that the reply to <see cref="Status"/> names; false when it names none.</summary>
    internal abstract bool TryReadSession(ReadOnlySpan<byte> status, out string id);

    /// <summary>Whether a session's description says that it is over, though it answers 200.</summary>
    internal virtual bool SaysEnded(ReadOnlySpan<byte> session) => false;
}
