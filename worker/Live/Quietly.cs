using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>Calls whose failure is nobody's loss: what they are about has ended already.</summary>
internal static class Quietly
{
    /// <summary>The result, or null when there is none.</summary>
    public static async Task<JsonElement?> CallAsync(DevToolsPipe pipe, string method, string parameters, string? session, CancellationToken deadline)
    {
        try
        {
            return await pipe.CallAsync(method, parameters, session, deadline);
        }
        catch (Exception e) when (e is DevToolsException or BrowserLostException)
        {
            // The tab or the browser is gone, and our session with it.
            return null;
        }
        catch (OperationCanceledException)
        {
            // A browser that does not answer is found and ended by whoever watches it.
            return null;
        }
    }
}
