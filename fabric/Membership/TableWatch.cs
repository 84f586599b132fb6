using Microsoft.Extensions.Logging;

namespace Steelyard.Fabric.Membership;

/// <summary>
/// Reads the table of members every second, and tells <see cref="Tenure"/> and <see cref="Verdicts"/> what it says. While it cannot be
/// read, the other members are asked.
/// </summary>
internal sealed class TableWatch(
    SiloHost silo, string self, Tenure tenure, Verdicts verdicts, Func<TimeSpan> clock, ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim wake = new(0);
    private TaskCompletionSource<TableView?> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string trouble = "";

    /// <summary>Reads soon.</summary>
    public void Wake()
    {
        if (wake.CurrentCount == 0)
            wake.Release();
    }

    /// <summary>Completes with the next read that begins from now on; null when it failed.</summary>
    public Task<TableView?> NextAsync()
    {
        var read = Volatile.Read(ref next).Task;
        Wake();
        return read;
    }

    /// <summary>Reads, and asks the others where that is needed. False when the table does not have this incarnation.</summary>
    public async Task<bool> ReadAsync(CancellationToken stop)
    {
        var done = Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var sent = clock();
        var view = await TryReadAsync(stop);
        var isThere = true;
        if (view is null)
        {
            await AskOthersAsync(stop);
        }
        else
        {
            verdicts.Observe(view, sent, clock());
            isThere = tenure.Observe(view, sent, clock());
        }

        done.TrySetResult(view);
        await Task.WhenAll(AskPromisesAsync(stop), AskBasesAsync(stop));
        return isThere;
    }

    /// <summary>Reads until it is cancelled, or this incarnation has come to its end. Returns why.</summary>
    /// <param name="renewed">Called after each read.</param>
    /// <param name="stop">Cancels it.</param>
    public async Task<string> RunAsync(Action renewed, CancellationToken stop)
    {
        while (true)
        {
            if (!await ReadAsync(stop))
                return "the cluster's table does not have it any more";
            if (!tenure.MayServe(clock()))
                return "the others have declared it dead, or it could reach neither the table nor enough of them";
            renewed();
            await ((Task)wake.WaitAsync(Period, stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.ThrowIfCancellationRequested();
        }
    }

    private async Task<TableView?> TryReadAsync(CancellationToken stop)
    {
        try
        {
            var data = await silo.Table.ReadAllAsync(stop).WaitAsync(Deadline, stop);
            if (trouble.Length > 0)
                logger.LogInformation("The cluster's table can be read again");
            trouble = "";
            return View(data);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (trouble.Length == 0)
                logger.LogError("The cluster's table cannot be read, so the other nodes are asked instead: {Reason}", e.Message);
            trouble = e.Message;
            return null;
        }
    }

    private static TableView View(MembershipTableData data) =>
        new([.. data.Members.Select(member => Row(member.Item1)).OfType<TableRow>()]);

    private static TableRow? Row(MembershipEntry entry) => MemberName.TryParse(entry.SiloName, out var number, out _)
        ? new(MemberName.Key(number), entry.SiloAddress.Generation, Status(entry.Status))
        : null;

    private static RowStatus Status(SiloStatus status) => status switch
    {
        SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping => RowStatus.Active,
        SiloStatus.Dead => RowStatus.Dead,
        _ => RowStatus.Joining,
    };

    private async Task AskOthersAsync(CancellationToken stop)
    {
        if (tenure.Ask(clock()) is not { } round)
            return;
        await Task.WhenAll(round.Others.Select(async other =>
        {
            if (silo.Find(other.Key, other.Value) is { } address
                && await TryAsync(silo.Nodes.At(address).VouchAsync(self, round.Incarnation), stop) is { } ack)
                tenure.Hear(round, other.Key, ack.ToAck(), clock());
        }));
    }

    private Task AskPromisesAsync(CancellationToken stop) => Task.WhenAll(verdicts.Missing().Select(async request =>
    {
        if (silo.Find(request.Voter) is { } address
            && await TryAsync(silo.Nodes.At(address).PromiseAsync(request.Name, request.Incarnation), stop) is { } promise)
            verdicts.Hear(request, promise.IsGone, clock());
    }));

    private Task AskBasesAsync(CancellationToken stop) => Task.WhenAll(verdicts.Untold().Select(async member =>
    {
        if (silo.Find(member.Name, member.Incarnation) is { } address
            && await TryAsync(silo.Nodes.At(address).BasisAsync(member.Incarnation), stop) is { Rows.Count: > 0 } basis)
            verdicts.Hear(member.Name, member.Incarnation, basis.ToView());
    }));

    private static async Task<T?> TryAsync<T>(Task<T> call, CancellationToken stop)
        where T : class
    {
        try
        {
            return await call.WaitAsync(Deadline, stop);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return null; // Whatever it was, it is no word, and no reason to end.
        }
    }
}
