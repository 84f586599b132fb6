using System.Globalization;

namespace Steelyard.Hosting;

/// <summary>Where a node keeps its files unless the user says otherwise.</summary>
internal static class DefaultFolders
{
    /// <summary>
    /// The history. Empty for none: with --port 0 the port differs at each start, and a user without a home has no place for it.
    /// </summary>
    public static string Data(int port)
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return port == 0 || !Path.IsPathRooted(state)
            ? ""
            : Path.Combine(state, "steelyard", port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The workers' files and records. In memory, where that can be: records are small, and writing them must be fast.</summary>
    public static string Run(int port)
    {
        // Root's runtime folder is not accessible to other users, and browsers of a root node run as other users.
        var root = !Environment.IsPrivilegedProcess
            && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            && Directory.Exists(runtime)
            ? Path.Combine(runtime, "steelyard")
            : Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"steelyard-{Environment.UserName}");
        return Path.Combine(root, port.ToString(CultureInfo.InvariantCulture));
    }
}
