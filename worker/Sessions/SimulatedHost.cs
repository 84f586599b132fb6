using SteelBrowser.Http;
using Steelyard.Contract;

namespace SteelBrowser.Sessions;

/// <summary>A host without a browser: a session is only its JSON, in one reference that is replaced atomically.</summary>
internal sealed class SimulatedHost : ISessionHost
{
    private StoredSession? session;

    public bool IsAvailable => Session is null;

    public StoredSession? Session => Volatile.Read(ref session);

    public Isolation? Isolation => null;

    public bool HasLostBrowser => false;

    public ValueTask<bool> TryCreateAsync(StoredSession session, CancellationToken cancellationToken)
    {
        Volatile.Write(ref this.session, session);
        return ValueTask.FromResult(true);
    }

    public bool TryEnd(string id)
    {
        var current = Session;
        return current?.Id == id && Interlocked.CompareExchange(ref session, null, current) == current;
    }

    public ValueTask<Reply?> DiscoverAsync(string method, string pathAndQuery, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Reply?>(Reply.Error(StatusCodes.Status404NotFound, "a simulated worker has no browser"));

    public async Task<int> RunAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
    }
}
