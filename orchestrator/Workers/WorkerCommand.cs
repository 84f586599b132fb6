using Steelyard.Contract;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>The program that workers run, and its arguments.</summary>
/// <param name="Path">Absolute path of the executable.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Kind">The kind of worker, for texts and for estimates.</param>
public sealed record WorkerCommand(string Path, IReadOnlyList<string> Arguments, WorkerKind Kind)
{
    /// <summary>The protocol of the program's API.</summary>
    public WorkerProtocol Protocol { get; init; } = WorkerProtocol.Challenge;

    /// <summary>The program is the worker that comes with this node.</summary>
    public bool IsBundled => Kind != WorkerKind.Foreign;

    /// <summary>Identifies this version of the program, with its arguments.</summary>
    public string Fingerprint => $"{File.GetLastWriteTimeUtc(Path).Ticks} {Path} {string.Join(' ', Arguments)}";

    /// <summary>The program that these options mean on this machine. Throws <see cref="WorkerCommandException"/>.</summary>
    public static WorkerCommand Of(Options options) => Parse(
        options.Worker,
        Environment.CurrentDirectory,
        FindBundled(AppContext.BaseDirectory),
        BrowserLocator.Find(null) is not null,
        options.WorkerApi);

    /// <summary>
    /// Parses the value of <c>--worker</c>. Throws <see cref="WorkerCommandException"/> if the program does not exist or cannot be used.
    /// </summary>
    /// <param name="value">
    /// <c>auto</c>; or <c>chromium</c> or <c>simulated</c>, followed by arguments of the bundled worker; or a path followed by arguments.
    /// </param>
    /// <param name="currentDirectory">Base of relative paths, and the folder in which <c>auto</c> looks for <c>./steel-browser</c>.</param>
    /// <param name="bundled">Path of the bundled worker, or null if it is not built.</param>
    /// <param name="hasBrowser">A Chromium is installed.</param>
    /// <param name="api">The API of a program that is not the bundled worker.</param>
    public static WorkerCommand Parse(
        string value, string currentDirectory, string? bundled, bool hasBrowser, WorkerApi api = WorkerApi.Challenge)
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
                var path = Locate(words[0], currentDirectory);
                return File.Exists(path)
                    ? Foreign(path, words[1..])
                    : throw new WorkerCommandException(
                        $"no worker program at {path}; give chromium, simulated, or the path of a program that speaks the worker API");
        }

        WorkerCommand Foreign(string path, string[] arguments) => !Executables.Is(path)
            ? throw new WorkerCommandException($"{path} is not executable; run chmod +x on it")
            : new(path, arguments, WorkerKind.Foreign) { Protocol = WorkerProtocol.Of(api) };

        WorkerCommand Bundled(WorkerKind kind, string[] arguments) => api == WorkerApi.Steel
            ? throw new WorkerCommandException("the bundled worker does not speak --worker-api steel; give the path of a program that does")
            : bundled is null
            ? throw new WorkerCommandException("the bundled worker is not built; run `make build`, or give the path of a worker program")
            : new(bundled, ["--mode", kind == WorkerKind.Chromium ? "chromium" : "simulated", .. arguments], kind);
    }

    // A name without a slash that is no file in the current directory is looked up as a shell does.
    private static string Locate(string name, string currentDirectory)
    {
        var here = System.IO.Path.GetFullPath(name, currentDirectory);
        return name.Contains('/') || File.Exists(here) ? here : Executables.InSearchPath(name).FirstOrDefault() ?? here;
    }

    /// <summary>
    /// Finds the bundled worker: next to the program if installed, else in the build output of a parent folder. Returns null if there is
    /// none.
    /// </summary>
    public static string? FindBundled(string baseDirectory) => Executables.FindBeside(baseDirectory, "worker", "steel-browser");
}

/// <summary>The worker program does not exist or cannot be used.</summary>
public sealed class WorkerCommandException(string message) : Exception(message);
