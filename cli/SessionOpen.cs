using System.Text.Json;
using Steelyard.Client;
using Steelyard.Contract;
using Steelyard.Processes;

namespace Steelyard.Cli;

/// <summary><c>steelyard sessions open</c>: the live view, in the user's browser where there is one.</summary>
internal static class SessionOpen
{
    public static async Task<int> RunAsync(NodeCall call)
    {
        var id = SessionCommands.IdOf(call);
        var session = (await call.Api.SessionsAsync(call.Stop)).Sessions.FirstOrDefault(session => session.Id == id)
            ?? throw new NodeException($"No session {id} is live: steelyard sessions ls lists those that are.") { Status = 404 };
        if (session.LiveView is not { } path)
            throw new NodeException("Its worker has no browser: there is nothing to see.") { Status = 404 };
        var view = new Uri(call.Url, path);
        if (view.Scheme != call.Url.Scheme || view.Authority != call.Url.Authority)
            throw new NodeException("The node names a live view on another host: it is not opened.");
        var address = view.AbsoluteUri;
        Output.Line(call.Out.IsJson ? JsonSerializer.Serialize(new { url = address }) : address);
        if (call.Out.IsLive && HasDesktop())
            Open(address);
        return 0;
    }

    private static bool HasDesktop() => Has("DISPLAY") || Has("WAYLAND_DISPLAY");

    private static bool Has(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    // The address is printed already: a desktop that cannot open it costs nothing.
    private static void Open(string address)
    {
        if (Executables.InSearchPath("xdg-open").FirstOrDefault() is not { } program)
            return;
        try
        {
            OsProcess.Start(new(program, [address]) { LogPath = "/dev/null" });
        }
        catch (ProcessStartException e)
        {
            Console.Error.WriteLine($"steelyard: {e.Message}");
        }
    }
}
