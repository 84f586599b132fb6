using System.Text.Json;
using Spectre.Console;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard nodes drain --wait</c>: drains a node, and shows its sessions go down until it is gone.</summary>
internal sealed class DrainWatch(NodeCall call, string name)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // The node that is asked may be one that has just lost its way to the others, or that is behind a balancer and has ended itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider time = TimeProvider.System;
    private long asked;
    private long answered;
    private bool isAskedItself;
    private string before = "";

    public async Task<int> RunAsync()
    {
        isAskedItself = (await call.Api.NodesAsync(call.Stop)).Nodes.Any(node => node.Name == name && node.IsSelf);
        asked = answered = time.GetTimestamp();
        await call.Api.DrainAsync(name, call.Stop);
        var end = call.Out.IsLive
            ? await call.Out.Screen.Status().StartAsync(
                Markup.Escape(Output.Plain($"{name} drains …")), status => WatchAsync(words => status.Status = Markup.Escape(words)))
            : await WatchAsync(Output.Line);
        Output.Line(call.Out.IsJson
            ? JsonSerializer.Serialize(new { name, state = "gone", sessions = 0 })
            : Output.Plain($"{name} {end}."));
        return 0;
    }

    private async Task<string> WatchAsync(Action<string> show)
    {
        while (true)
        {
            try
            {
                var node = (await call.Api.NodesAsync(call.Stop)).Nodes.FirstOrDefault(each => each.Name == name);
                answered = time.GetTimestamp();
                if (node is null)
                    return "is gone";
                if (node.IsActive && await HasRestartedAsync())
                    return "was gone, and has started again";
                Show(node, show);
            }
            catch (NodeException e) when (e.Status is null or >= 500)
            {
                if (isAskedItself && e.Status is null)
                    return "is gone";
                if (time.GetElapsedTime(answered) > Patience)
                    throw;
            }

            await Task.Delay(Period, call.Stop);
        }
    }

    // A service manager starts it again at once. What the others know of a node can be some moments old: it says itself how old it is.
    private async Task<bool> HasRestartedAsync() =>
        (await call.Api.At(name).StatusAsync(call.Stop)).UptimeSeconds < time.GetElapsedTime(asked).TotalSeconds;

    private static string Left(int sessions) => sessions == 1 ? "1 session" : $"{sessions} sessions";

    private void Show(ClusterNode node, Action<string> show)
    {
        var words = call.Out.IsJson
            ? JsonSerializer.Serialize(new { name, state = node.State, sessions = node.Sessions })
            : Output.Plain($"{name} {(node.IsReachable ? "drains" : "does not answer")}: {Left(node.Sessions)} left");
        if (words != before)
            show(words);
        before = words;
    }
}
