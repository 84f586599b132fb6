using System.Collections;

namespace Steelyard.Settings;

/// <summary>Environment variables for this program only. Others, such as PORT, are for other programs.</summary>
internal static class OwnVariables
{
    /// <summary>The prefix of each option's variable.</summary>
    public const string Prefix = "STEELYARD_";

    /// <summary>Makes the runtime complete socket operations on the thread that polls for them.</summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>The number of threads that the runtime polls sockets with.</summary>
    public const string SocketThreads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>The number of descriptors that are passed to this process (sd_listen_fds(3)).</summary>
    public const string SocketCount = "LISTEN_FDS";

    /// <summary>The pid that they are for. Our own supervisor does not set it, because it does not know our pid beforehand.</summary>
    public const string SocketPid = "LISTEN_PID";

    private const string SocketNames = "LISTEN_FDNAMES";

    // For the commands that talk to a node.
    private const string Url = Prefix + "URL";

    /// <summary>The options that the environment sets.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Options() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value))
        .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal) && entry.Key != Url);

    /// <summary>Variables that no worker receives. They contain secrets such as keys.</summary>
    public static IEnumerable<string> Names() =>
        Options().Select(option => option.Key).Concat([InlineCompletions, SocketThreads, SocketCount, SocketPid, SocketNames]);
}
