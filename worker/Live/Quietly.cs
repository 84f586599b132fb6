using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>Makes CDP calls whose failure does not matter, because what they act on has already ended.</summary>
internal static class Quietly
{
    /// <summary>Returns the result, or null when the call fails.</summary>
    public static async Task<JsonElement?> CallAsync(
        DevToolsPipe pipe, string method, string parameters, string? session, CancellationToken deadline)
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
            // The monitor of the browser detects that it does not answer, and ends it.
            return null;
        }
    }
}
