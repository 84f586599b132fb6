using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>Real silos that know each other through the table alone.</summary>
[Collection(nameof(TableServers))]
public sealed class PostgresSiloTests(TableServers servers)
{
    private readonly string cluster = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Silos_find_each_other_and_one_that_leaves_is_dead_in_the_table()
    {
        var address = TableAddress.Parse((await servers.PostgresAsync()).Address);
        await using var database = new PostgresDatabase(address, TimeSpan.FromSeconds(10));
        var table = new PostgresMembershipTable(database, cluster);
        using var one = await StartAsync(table);
        using var two = await StartAsync(table);
        var management = one.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        await Eventually.IsTrueAsync(async () => (await management.GetHosts(onlyActive: true)).Count == 2, "both are active");
        Assert.All((await table.ReadAll()).Members, member => Assert.Equal(SiloStatus.Active, member.Item1.Status));

        await two.StopAsync();
        var left = two.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        Assert.Equal(SiloStatus.Dead, (await table.ReadRow(left)).Members[0].Item1.Status);
        await Eventually.IsTrueAsync(async () => (await management.GetHosts(onlyActive: true)).Count == 1, "one is left");
        await one.StopAsync();
    }

    private async Task<IHost> StartAsync(PostgresMembershipTable table)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, "test"))
            .ConfigureEndpoints(IPAddress.Loopback, TableServer.FreePort(), gatewayPort: 0)
            .Services.AddSingleton<IMembershipTable>(table));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
