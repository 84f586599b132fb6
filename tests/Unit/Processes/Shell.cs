using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

/// <summary>Runs real /bin/sh processes. Their output goes to a file, and their process groups end with the test.</summary>
internal sealed class Shell : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<OsProcess> started = [];

    public string Log => folder.At("log");

    public string At(string name) => folder.At(name);

    public OsProcess Start(string script) => Start(Spec(script));

    public OsProcess Start(ProcessSpec spec)
    {
        var process = OsProcess.Start(spec);
        started.Add(process);
        return process;
    }

    public ProcessSpec Spec(string script) => new("/bin/sh", ["-c", script]) { LogPath = Log };

    /// <summary>Runs the script to its end and returns its exit status.</summary>
    public Task<ExitStatus> RunAsync(string script) => Until.DoneAsync(Start(script).Exited);

    public string Output() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    /// <summary>Waits until the script has written a line with this beginning, and returns the rest of that line.</summary>
    public async Task<string> LineAsync(string beginning)
    {
        string? line = null;
        await Until.TrueAsync(
            () => (line = Output().Split('\n').SkipLast(1)
                .FirstOrDefault(candidate => candidate.StartsWith(beginning, StringComparison.Ordinal))) is not null,
            $"a line '{beginning}…' in the output");
        return line![beginning.Length..].Trim();
    }

    public async Task<int> PidAsync(string name) => int.Parse(await LineAsync(name), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>True if the process exists and is not a zombie. A zombie no longer runs, whichever process reaps it.</summary>
    public static bool IsAlive(int pid) => ProcessStat.Read(pid) is { State: not ('Z' or 'X') };

    public void Dispose()
    {
        started.ForEach(process => process.TrySendToGroup(Signal.Kill));
        folder.Dispose();
    }
}
