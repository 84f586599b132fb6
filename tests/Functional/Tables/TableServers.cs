using System.Net.NetworkInformation;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>One server of each kind, started for the first test that wants it. Its tests run one after the other.</summary>
[CollectionDefinition(nameof(TableServers))]
public sealed class TableServers : ICollectionFixture<TableServers>, IAsyncDisposable
{
    private Task<PostgresServer>? postgres;
    private Task<RedisServer>? redis;

    /// <summary>Skips the test when it is not installed.</summary>
    internal Task<PostgresServer> PostgresAsync() => postgres ??= PostgresServer.StartNewAsync();

    /// <summary>Skips the test when it is not installed.</summary>
    internal Task<RedisServer> RedisAsync() => redis ??= RedisServer.StartNewAsync();

    internal async Task<TableServer> StartedAsync(string kind) => kind == "redis" ? await RedisAsync() : await PostgresAsync();

    /// <summary>The connections to a port that our side has not closed.</summary>
    internal static int Connections(TableServer server) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.RemoteEndPoint.Port == server.Port && connection.State == TcpState.Established);

    public async ValueTask DisposeAsync()
    {
        if (postgres is { IsCompletedSuccessfully: true })
            await (await postgres).DisposeAsync();
        if (redis is { IsCompletedSuccessfully: true })
            await (await redis).DisposeAsync();
    }
}
