using System.Collections;

namespace Steelyard.Settings;

/// <summary>Environment variables that are meant for this program alone. Others, such as PORT, are meant for other programs.</summary>
internal static class OwnVariables
{
    /// <summary>Begins the name of each option.</summary>
    public const string Prefix = "STEELYARD_";

    /// <summary>Makes the runtime complete socket operations on the thread that waits for them.</summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>How many descriptors are handed over (sd_listen_fds(3)).</summary>
    public const string SocketCount = "LISTEN_FDS";

    /// <summary>To whom; absent when our own supervisor hands them over, which does not know our pid beforehand.</summary>
    public const string SocketPid = "LISTEN_PID";

    private const string SocketNames = "LISTEN_FDNAMES";

    /// <summary>The options that the environment sets.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Options() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value))
        .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>What no worker gets to see: keys above all.</summary>
    public static IEnumerable<string> Names() =>
        Options().Select(option => option.Key).Concat([InlineCompletions, SocketCount, SocketPid, SocketNames]);
}
