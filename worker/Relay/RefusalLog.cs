using SteelBrowser.Diagnostics;

namespace SteelBrowser.Relay;

/// <summary>Logs only the first refusals of a browser: a page that tries every port must not fill the log.</summary>
internal sealed class RefusalLog
{
    private const int Most = 20;

    private int count;

    public void Add(string message)
    {
        var number = Interlocked.Increment(ref count);
        if (number <= Most)
            Stderr.Line(message + (number == Most ? " (further refusals of this browser are not logged)" : ""));
    }
}
