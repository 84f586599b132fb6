namespace Steelyard.Tests.Functional;

public sealed class NodeProcessTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_test_that_ends_without_a_successor_leaves_no_worker(bool isKilled)
    {
        List<int> workers;
        string folder;
        await using (var node = await NodeProcess.StartAsync(null, "--warm", "2", "--on-shutdown", "leave"))
        {
            workers = await node.WorkerPidsAsync(2);
            folder = node.RunDirectory;
            if (isKilled)
                await node.KillAsync();
        }

        Assert.DoesNotContain(workers, Kill.IsAlive);
        Assert.False(Directory.Exists(folder));
    }
}
