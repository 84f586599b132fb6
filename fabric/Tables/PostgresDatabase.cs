using Npgsql;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// A database of PostgreSQL with a small pool of connections. Each call has a deadline, whatever the server does, begins on the thread
/// pool and ends there.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly string server;
    private readonly TimeSpan deadline;
    private readonly TimeProvider time;

    /// <param name="address">Of PostgreSQL. Nothing is connected yet.</param>
    /// <param name="deadline">Of each call, with the time to connect or to wait for a free connection; more than zero.</param>
    /// <param name="time">For the deadline; null for the machine's.</param>
    public PostgresDatabase(TableAddress address, TimeSpan deadline, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        var builder = new NpgsqlDataSourceBuilder(address.ToPostgres(deadline).ConnectionString);

        // Only built-in types are used: nothing is asked about others, and a first call is as quick as the next.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        source = builder.Build();
        server = address.Display;
        this.deadline = deadline;
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// Runs work on a connection of its own. Throws <see cref="TableUnavailableException"/>, or
    /// <see cref="OperationCanceledException"/> when the caller has cancelled. The work itself may throw the former, too.
    /// </summary>
    /// <param name="purpose">For the message of a failure, as in "read the members".</param>
    /// <param name="work">It must heed its token, which is cancelled at the deadline: its connection is then closed.</param>
    /// <param name="repeatable">
    /// It is done once more when its connection turns out to be lost, as all are after a restart of the server.
    /// </param>
    /// <param name="token">Ends the call.</param>
    internal Task<T> RunAsync<T>(
        string purpose, Func<NpgsqlConnection, CancellationToken, Task<T>> work, bool repeatable, CancellationToken token) =>
        PoolThreads.OnPoolAsync(async () =>
        {
            try
            {
                // The work ends at the deadline by itself, too. But the client may first wait for a server that hangs to hear that its
                // query is cancelled.
                return await TryAsync(purpose, work, repeatable, token).WithinAsync(deadline, time, token);
            }
            catch (TimeoutException e)
            {
                throw TableUnavailableException.Late(purpose, server, deadline, e);
            }
        });

    private async Task<T> TryAsync<T>(
        string purpose, Func<NpgsqlConnection, CancellationToken, Task<T>> work, bool repeatable, CancellationToken token)
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            for (var mayRepeat = repeatable; ; mayRepeat = false)
            {
                await using var connection = await source.OpenConnectionAsync(either.Token);
                try
                {
                    return await work(connection, either.Token);
                }
                catch (NpgsqlException e) when (PostgresFailures.IsConflict(e) || (mayRepeat && PostgresFailures.IsLostConnection(e)))
                {
                    either.Token.ThrowIfCancellationRequested();
                }
            }
        }
        catch (Exception e) when (PostgresFailures.IsLate(e) || (late.IsCancellationRequested && e is not TableUnavailableException))
        {
            token.ThrowIfCancellationRequested();
            throw TableUnavailableException.Late(purpose, server, deadline, e);
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            token.ThrowIfCancellationRequested();
            throw TableUnavailableException.Of(purpose, server, PostgresFailures.Describe(e), e);
        }
    }

    /// <summary>The failure of a call whose answer makes no sense.</summary>
    internal TableUnavailableException Failure(string purpose, string problem) => TableUnavailableException.Of(purpose, server, problem);

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => source.DisposeAsync();
}
