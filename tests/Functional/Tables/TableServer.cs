using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>
/// A real server as a child process: on a port of its own that it keeps when it is restarted, with its data in a temporary folder, and
/// with a password. Its end deletes everything.
/// </summary>
internal abstract class TableServer : IAsyncDisposable
{
    private const int PortTries = 5;

    /// <summary>With characters that an address must escape.</summary>
    public const string Password = "its/pass@word";

    private OsProcess? process;
    private LastWill? will;

    protected TableServer()
    {
        Folder = Path.Combine(Path.GetTempPath(), TestNode.FolderName());
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>As for --cluster, with the password.</summary>
    public abstract string Address { get; }

    /// <summary>Of its data and its log.</summary>
    protected string Folder { get; }

    private string Log => Path.Combine(Folder, "log");

    /// <summary>How to start the server's program.</summary>
    protected abstract ProcessSpec Spec();

    /// <summary>Whether it serves a call.</summary>
    protected abstract Task<bool> AnswersAsync();

    /// <summary>Kills it with all its processes, as a loss of power would. What it has on disk stays.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        will?.Dispose();
        var family = Family();
        process.Send(Signal.Kill);
        family.ForEach(pid => Kill.IfAlive(pid));
        await process.Exited;
        await Eventually.IsTrueAsync(() => !family.Any(Kill.IsAlive), "all its processes have ended");
        process = null;
    }

    /// <summary>Stops all its processes: new connections succeed, because the kernel accepts them, and nothing is answered.</summary>
    public async Task PauseAsync()
    {
        await Kill.StopAsync(process!.Pid); // First, so that it starts no others.
        foreach (var pid in Family().Skip(1))
            await Kill.StopAsync(pid);
    }

    /// <summary>Deletes all that it holds, while it runs.</summary>
    public abstract Task EmptyAsync();

    /// <summary>Lets it go on after a pause.</summary>
    public void Resume()
    {
        if (process is null)
            return;
        foreach (var pid in Family())
            Kill.IfAlive(pid, Signal.Continue);
    }

    /// <summary>Kills it if it runs, and starts it on the same port with the same data.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        if (!await TryStartAsync())
            Assert.Fail($"The server has not started again: {await File.ReadAllTextAsync(Log)}");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Starts it on a free port. Another program can be faster to take it: then on the next.</summary>
    protected async Task StartAsync()
    {
        for (var tries = 1; ; tries++)
        {
            Port = FreePort();
            if (await TryStartAsync())
                return;
            if (tries == PortTries)
                Assert.Fail($"The server does not start: {await File.ReadAllTextAsync(Log)}");
        }
    }

    /// <summary>The path of a program, in the folders of PATH or these; null when there is none.</summary>
    protected static string? Find(string program, params IEnumerable<string> folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(folders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end, which must be a success.</summary>
    protected async Task RunAsync(ProcessSpec spec)
    {
        var status = await OsProcess.Start(spec with { LogPath = Log }).Exited.WaitAsync(TimeSpan.FromSeconds(60));
        if (status.Code != 0)
            Assert.Fail($"{string.Join(' ', spec.Arguments)} has failed: {await File.ReadAllTextAsync(Log)}");
    }

    private async Task<bool> TryStartAsync()
    {
        process = OsProcess.Start(Spec() with { LogPath = Log });
        will = new(process.Pid, Folder);
        try
        {
            await Eventually.IsTrueAsync(async () => process.Exited.IsCompleted || await AnswersAsync(), "the server answers", 30);
        }
        catch
        {
            await KillAsync();
            throw;
        }

        return !process.Exited.IsCompleted;
    }

    private List<int> Family() =>
        [process!.Pid, .. ProcFile.Pids().Where(pid => ProcessStat.Read(pid) is { State: not 'Z' } stat && stat.Parent == process.Pid)];

    /// <summary>A port of 127.0.0.1 that nobody has just now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
