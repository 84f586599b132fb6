using System.Globalization;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// The cluster's table did not do what it was asked. The message says what was asked, of which server, what happened, and what to do; it
/// contains no password. A change may have been made all the same, when its answer was lost.
/// </summary>
public sealed class TableUnavailableException : Exception
{
    private TableUnavailableException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    /// <param name="purpose">What was asked, as in "read the members".</param>
    /// <param name="server">Its address without a password.</param>
    /// <param name="problem">What happened and what to do, in sentences.</param>
    /// <param name="inner">The cause, if there is one.</param>
    internal static TableUnavailableException Of(string purpose, string server, string problem, Exception? inner = null) =>
        new($"Cannot {purpose} in the cluster's table at {server}: {problem}", inner);

    internal static TableUnavailableException Late(string purpose, string server, TimeSpan deadline, Exception? inner = null) =>
        Of(
            purpose,
            server,
            string.Create(
                CultureInfo.InvariantCulture,
                $"no answer within {deadline.TotalSeconds:0.###} s. Look whether the server hangs, and whether this machine can reach it."),
            inner);
}
