using Microsoft.Extensions.Logging;

namespace Steelyard.Fabric.Membership;

/// <summary>One stay of this node in the cluster: its silo, and its right to serve sessions.</summary>
internal sealed class Incarnation : IAsyncDisposable
{
    private static readonly TimeSpan WantedPeriod = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan CalmPeriod = TimeSpan.FromMilliseconds(250);
    private const int CalmOffers = 20;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan JoinPause = TimeSpan.FromMilliseconds(250);

    private readonly SiloParts parts;
    private readonly PeerWatch peers;
    private readonly Inheritance inheritance;
    private readonly CancellationTokenSource over = new();

    private Incarnation(SiloHost silo, SiloParts parts, PeerWatch peers, Inheritance inheritance)
    {
        (Silo, this.parts, this.peers, this.inheritance) = (silo, parts, peers, inheritance);
        var logger = parts.Loggers.CreateLogger<TableWatch>();
        Watch = new(silo, MemberName.Key(parts.Options.Number), Tenure, parts.Verdicts, parts.Clock, logger);
    }

    public SiloHost Silo { get; }

    public Tenure Tenure => Silo.Tenure;

    public TableWatch Watch { get; }

    /// <summary>Whether the sessions of the incarnation before are taken over.</summary>
    public bool HasInherited { get; private set; }

    /// <summary>
    /// Begins when the table says that the node is a member. The sessions of the incarnation before are taken over, or end. Throws
    /// <see cref="StayOverException"/> when the table says that it is none any more; the silo is stopped then.
    /// </summary>
    public static async Task<Incarnation> BeginAsync(
        SiloHost silo, SiloParts parts, PeerWatch peers, Inheritance inheritance, CancellationToken cancellationToken)
    {
        var incarnation = new Incarnation(silo, parts, peers, inheritance);
        try
        {
            var renewed = await incarnation.FirstRenewalAsync(cancellationToken);
            incarnation.HasInherited = inheritance.Succeed(renewed, parts.Clock());
            return incarnation;
        }
        catch
        {
            // It would keep the port, and its row would look alive.
            await incarnation.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs until the node must join again. Returns why.</summary>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, over.Token);
        Task[] loops =
        [
            Task.Run(() => Watch.RunAsync(Record, either.Token), CancellationToken.None),
            Task.Run(() => FollowAsync(either.Token), CancellationToken.None),
            Task.Run(() => OfferAsync(either.Token), CancellationToken.None),
        ];
        var ended = await Task.WhenAny([Silo.Ended, .. loops]);
        await over.CancelAsync();

        // What an old incarnation has read, or writes down, must not come after what the next one does.
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ended is Task<string> { IsCompletedSuccessfully: true } told ? await told
            : ended.Exception?.InnerException?.Message ?? "it is stopped";
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await Silo.DisposeAsync().AsTask().WaitAsync(StopTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<TimeSpan> FirstRenewalAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var isThere = await Watch.ReadAsync(cancellationToken);
            if (Tenure.Record is { } renewed)
                return renewed;
            if (!isThere || Tenure.State == TenureState.Over)
                throw new StayOverException("others have declared it dead, or the cluster's table was emptied");
            if (Silo.Ended.IsCompleted)
                throw new StayOverException(await Silo.Ended);
            await Task.Delay(JoinPause, cancellationToken);
        }
    }

    private void Record()
    {
        if (Tenure.Record is { } renewed)
            inheritance.Renewed(renewed);
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        await foreach (var members in Silo.Members.MembershipUpdates.WithCancellation(stop))
        {
            peers.Set([.. members.Members.Values
                .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(Silo.Address))
                .Select(member => member.SiloAddress)]);
            Watch.Wake();
        }
    }

    // Room, while creates wait somewhere. Else nothing, now and then: a line that begins only with the first create that waits would get it
    // after those that come a moment later.
    private async Task OfferAsync(CancellationToken stop)
    {
        for (var calm = 0; ;)
        {
            var state = parts.Node.State();
            var isWanted = state.Waiting > 0 || peers.Peers.Values.Any(peer => peer.State.Waiting > 0);
            if (!isWanted && calm++ % CalmOffers == 0)
                await TryOfferAsync(0, stop);
            else if (isWanted && state is { Free: > 0, IsDraining: false })
                await TryOfferAsync(state.Free, stop);
            await Task.Delay(isWanted ? WantedPeriod : CalmPeriod, stop);
        }
    }

    // Whoever has the line may just be lost: no reason to leave the cluster.
    private async Task TryOfferAsync(int free, CancellationToken stop)
    {
        try
        {
            await Silo.Queue.OfferAsync(parts.Options.Number, free).WaitAsync(stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            parts.Loggers.CreateLogger<Incarnation>().LogDebug("The cluster's line cannot be reached: {Reason}", e.Message);
        }
    }
}

/// <summary>A node has joined, and is no member any more before it could begin. The message says why.</summary>
internal sealed class StayOverException(string message) : Exception(message);
