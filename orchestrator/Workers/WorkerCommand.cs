using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>The program that workers run, and its arguments.</summary>
/// <param name="Path">Absolute path of the executable.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Kind">What it is, for people and for estimates.</param>
public sealed record WorkerCommand(string Path, IReadOnlyList<string> Arguments, WorkerKind Kind)
{
    /// <summary>What the program speaks.</summary>
    public WorkerProtocol Protocol { get; init; } = WorkerProtocol.Challenge;

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Tells this program, with its arguments, from another version of it.</summary>
    public string Fingerprint => $"{File.GetLastWriteTimeUtc(Path).Ticks} {Path} {string.Join(' ', Arguments)}";

    /// <summary>Reads the value of <c>--worker</c>. Throws <see cref="WorkerCommandException"/> when there is no such program.</summary>
    /// <param name="value"><c>auto</c>; or <c>chromium</c> or <c>simulated</c>, with further arguments of the bundled worker; or a path with arguments.</param>
    /// <param name="currentDirectory">Where relative paths start, and where <c>auto</c> looks for <c>./steel-browser</c>.</param>
    /// <param name="bundled">The bundled worker, or null when it is not built.</param>
    /// <param name="hasBrowser">A Chromium is installed.</param>
    /// <param name="api">What a program of somebody else speaks.</param>
    public static WorkerCommand Parse(string value, string currentDirectory, string? bundled, bool hasBrowser, WorkerApi api = WorkerApi.Challenge)
    {
        var words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words is [] ? "auto" : words[0])
        {
            case "auto":
                var own = System.IO.Path.Combine(currentDirectory, "steel-browser");
                return File.Exists(own) ? Foreign(own, []) : Bundled(hasBrowser ? WorkerKind.Chromium : WorkerKind.Simulated, []);
            case "chromium":
                return Bundled(WorkerKind.Chromium, words[1..]);
            case "simulated":
                return Bundled(WorkerKind.Simulated, words[1..]);
            default:
                var path = System.IO.Path.GetFullPath(words[0], currentDirectory);
                return File.Exists(path)
                    ? Foreign(path, words[1..])
                    : throw new WorkerCommandException($"no worker program at {path}; give chromium, simulated, or the path of a program that speaks the worker API");
        }

        WorkerCommand Foreign(string path, string[] arguments) => (File.GetUnixFileMode(path) & AnyExecute) == 0
            ? throw new WorkerCommandException($"{path} may not be executed: chmod +x it")
            : new(path, arguments, WorkerKind.Foreign) { Protocol = WorkerProtocol.Of(api) };

        WorkerCommand Bundled(WorkerKind kind, string[] arguments) => api == WorkerApi.Steel
            ? throw new WorkerCommandException("the bundled worker does not speak --worker-api steel; give the path of a program that does")
            : bundled is null
            ? throw new WorkerCommandException("the bundled worker is not built; run `make build`, or give the path of a worker program")
            : new(bundled, ["--mode", kind == WorkerKind.Chromium ? "chromium" : "simulated", .. arguments], kind);
    }

    /// <summary>Finds the bundled worker: beside the program when installed, else in the build output of a folder above it. Null when absent.</summary>
    public static string? FindBundled(string baseDirectory)
    {
        for (var folder = new DirectoryInfo(baseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var place in new[] { "worker", "artifacts/worker" })
            {
                var path = System.IO.Path.Combine(folder.FullName, place, "steel-browser");
                if (File.Exists(path))
                    return path;
            }
        }

        return null;
    }
}

/// <summary>There is no such worker program.</summary>
public sealed class WorkerCommandException(string message) : Exception(message);
