using SteelBrowser.Diagnostics;

namespace SteelBrowser.Relay;

/// <summary>
/// Why connections of a browser have failed. A browser learns only that they have, because SOCKS and TLS cannot tell more. One lock guards
/// the list.
/// </summary>
internal sealed class RelayFailures
{
    private const int MaxLogged = 20;
    private const int MaxKept = 50;

    private readonly Lock gate = new();
    private readonly List<(string Authority, string Message)> latest = [];
    private int refused;

    /// <summary>Why the last connection to a place could not be made; null when it could, or when it is too long ago.</summary>
    /// <param name="url">An absolute address.</param>
    public string? WhyOf(string url)
    {
        var uri = new Uri(url);
        var authority = new Destination(uri.IdnHost.Trim('[', ']'), uri.Port).Authority;
        lock (gate)
            return latest.Find(failure => failure.Authority == authority).Message;
    }

    /// <summary>A connection could not be made.</summary>
    public void Add(Destination to, string message)
    {
        lock (gate)
        {
            latest.RemoveAll(failure => failure.Authority == to.Authority);
            if (latest.Count == MaxKept)
                latest.RemoveAt(0);
            latest.Add((to.Authority, message));
        }
    }

    /// <summary>A connection is not allowed. Only the first are logged: a page that tries every port must not fill the log.</summary>
    public void AddRefusal(Destination to, string message)
    {
        Add(to, message);
        var number = Interlocked.Increment(ref refused);
        if (number <= MaxLogged)
            Stderr.Line(message + (number == MaxLogged ? " (further refusals of this browser are not logged)" : ""));
    }

    /// <summary>A connection has been made.</summary>
    public void Clear(Destination to)
    {
        lock (gate)
            latest.RemoveAll(failure => failure.Authority == to.Authority);
    }
}
