using System.Text.Json.Nodes;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Simulation;

/// <summary>
/// One run: clients, workers and orchestrators under the weather of the seed, followed by a calm in which everything must recover.
/// </summary>
internal sealed class Simulation
{
    private readonly World world;
    private readonly SimulatedMachine machine;
    private readonly Options options;
    private readonly Weather weather;
    private readonly TimeProvider time;
    private SimulatedNode node;
    private List<SimulatedClient> clients = [];

    private Simulation(int seed, string folder)
    {
        world = new(seed);
        machine = new(world);
        time = new VirtualTime(world.Clock, new(world));
        weather = Weather.Of(world.Random);
        var slots = world.Random.Next(1, 7);
        options = new()
        {
            RunDirectory = folder,
            Warm = world.Random.Next(0, slots + 1),
            MaxWorkers = slots,
            FirstWorkerPort = 100,
            LastWorkerPort = 199,
            StartConcurrency = world.Random.Next(1, 4),
            QueueLimit = world.Happens(0.3) ? 2 : 1000,
            OnWorkerLost = world.Happens(0.3) ? OnWorkerLost.Restore : OnWorkerLost.End,
        };
        world.Note(
            $"seed {seed}: {weather}, {options.MaxWorkers} workers at most, {options.Warm} warm, {options.OnWorkerLost} when one is lost");
        Directory.CreateDirectory(folder);
        var secret = new byte[32];
        world.Random.NextBytes(secret);
        File.WriteAllBytes(Path.Combine(folder, "secret"), secret); // Otherwise the ids of two runs of one seed would differ.
        machine.KillNode = Kill;
        node = new(world, machine, options);
    }

    /// <summary>Runs a seed. Returns the world, which holds the outcome.</summary>
    public static World Run(int seed)
    {
        var outer = SynchronizationContext.Current;
        var folder = Path.Combine(
            Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"steelyard-simulation-{Guid.NewGuid():N}");
        try
        {
            var simulation = new Simulation(seed, folder);
            Task? run = null;
            new Life(simulation.world).Run(() => run = simulation.RunAsync());
            simulation.world.Run(run!, simulation.CheckAlways);
            simulation.node.Die();
            return simulation.world;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RunAsync()
    {
        machine.Weather = weather;
        clients = [.. Enumerable.Range(1, world.Random.Next(1, 10))
            .Select(number => new SimulatedClient(world, machine, () => node, options, number))];
        var storm = Task.WhenAll(clients.Select(client => client.RunAsync(rounds: 3)));
        while (weather.NodeCrash > 0 && !storm.IsCompleted)
        {
            await Task.WhenAny(storm, Task.Delay(machine.Between(0, 2 * weather.NodeCrash), time));
            if (!storm.IsCompleted)
                Kill();
        }

        await storm;
        if (weather == Weather.Calm)
            CheckOrder();
        await CalmDownAsync();
    }

    // Acts like kill -9. The next orchestrator starts a moment or a few seconds later.
    private void Kill()
    {
        if (node.IsDead)
            return;
        world.Note("the orchestrator is killed");
        node.Die();
        machine.After(machine.Between(0, world.Happens(0.5) ? 0.05 : 5), Restart);
    }

    private void Restart()
    {
        machine.Damage();
        if (world.Happens(weather.Damage / 5))
            machine.Reboot();
        if (world.Happens(0.5))
            machine.ReuseIdentities();
        if (world.Happens(0.2))
            world.Clock.WallOffset += TimeSpan.FromHours(world.Happens(0.5) ? 1 : -1);
        world.Note("the next orchestrator starts");
        machine.Proved(); // The next orchestrator does not know about earlier failures.
        node = new(world, machine, options);
    }

    // I8: creates are served in the order of their requests, except for the few milliseconds that a create takes to reach its worker.
    private void CheckOrder()
    {
        var served = clients.SelectMany(client => client.Asked)
            .Where(asked => machine.ServedAt(asked.Tag) is not null)
            .OrderBy(asked => asked.At)
            .ThenBy(asked => machine.ServedAt(asked.Tag)) // Two that ask in the same instant have no order.
            .ToList();
        var latest = TimeSpan.Zero;
        foreach (var asked in served)
        {
            var at = TimeSpan.FromTicks(machine.ServedAt(asked.Tag)!.Value);
            world.Check(at > latest - TimeSpan.FromMilliseconds(20), $"I8: {asked.Tag} was served before one that had asked before it");
            latest = at > latest ? at : latest;
        }
    }

    // I9 and I6: full capacity after 30 s plus the remaining wait of parked slots, and nothing left over after quiet.
    private async Task CalmDownAsync()
    {
        world.Note("the weather is calm from now on");
        machine.Weather = Weather.Calm;
        await Task.Delay(options.SessionTtl + TimeSpan.FromSeconds(75), time);
        var status = node.Pool.Status();
        world.Check(
            !node.Sessions.Live.Any() && status.Leased == 0,
            $"I6: {node.Sessions.Live.Count()} sessions and {status.Leased} leased workers are left over");
        world.Check(status.Ready >= options.Warm && status.Parked == 0, $"I9: {status} long after the last fault");
        world.Check(machine.Living.All(process => !process.IsHung), "I9: a worker that hangs is still there");
        await UseAllAsync();
        await Task.Delay(TimeSpan.FromSeconds(10), time);
        status = node.Pool.Status();
        world.Check(
            status.Ready == status.Slots && status.Slots == node.Pool.Workers().Count,
            $"I9: {status} after all workers were used once");
        var strays = machine.Living
            .Where(process => !process.IsStranger && node.Pool.Workers().TrueForAll(worker => worker.Pid != process.Identity.Pid))
            .ToList();
        world.Check(strays.Count == 0, $"I6: {string.Join(", ", strays)} belong to nobody");
        var left = machine.Helpers.Where(helper => !helper.Worker!.IsAlive).ToList();
        world.Check(left.Count == 0, $"I6: {string.Join(", ", left)} were left by dead workers");
        var folders = Directory.GetDirectories(Path.Combine(options.RunDirectory, "workers")).Length;
        world.Check(folders == status.Slots, $"I6: {folders} folders of {status.Slots} workers");
    }

    private async Task UseAllAsync()
    {
        var ids = new List<string>();
        for (var number = 1; number <= options.MaxWorkers; number++)
        {
            var created = await node.SendAsync("POST", null, $"{{\"tag\":\"calm{number}\"}}", default);
            world.Check(created is { Status: 201 }, $"I9: a create in the calm was answered {created?.Status}: {created?.Body}");
            if (created is { Status: 201 })
                ids.Add((string)JsonNode.Parse(created.Body)!["id"]!);
        }

        foreach (var id in ids)
        {
            var deleted = await node.SendAsync("DELETE", id, "", default);
            world.Check(deleted is { Status: 204 }, $"I9: a delete in the calm was answered {deleted?.Status}");
        }
    }

    private void CheckAlways()
    {
        if (node.IsDead)
            return;
        var status = node.Pool.Status();
        if (status.Ready + status.Leased + status.Starting + status.Stopping + status.Parked != status.Slots)
            world.Fail($"I6: the numbers do not add up: {status}");
        var workers = node.Sessions.Live.Where(session => session.EndReason is null)
            .Select(session => session.View().Worker)
            .OfType<Worker>()
            .ToList();
        if (workers.Count != workers.Distinct().Count())
            world.Fail("I1: two sessions live on one worker");
        if (status is { Queued: > 0, Ready: > 0 })
            world.Fail($"I8: a create waits beside an idle worker: {status}");
        if (status.Slots > options.MaxWorkers)
            world.Fail($"I6: more slots than allowed: {status}");
    }
}
