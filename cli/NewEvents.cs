using System.Runtime.CompilerServices;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary>Reads the node's events page by page, and goes on where it was.</summary>
internal sealed class NewEvents(NodeApi api)
{
    // More than the node keeps. On a busy node there is always something new.
    private const int MostPages = 20;

    private string place = "";

    /// <summary>Returns what has happened since the last call; at the first one, all that the node keeps.</summary>
    public async IAsyncEnumerable<NodeEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await api.EventPageAsync(place, cancellationToken);
            foreach (var e in page.Events)
                yield return e;

            // A page without events is not the last one: it may have had those of others.
            if (page.Next == place)
                yield break;
            place = page.Next;
        }
    }
}
