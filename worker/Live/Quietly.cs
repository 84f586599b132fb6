using Steelyard.Worker.Chromium;

namespace Steelyard.Worker.Live;

/// <summary>Calls whose failure is nobody's loss: what they would have ended has ended already.</summary>
internal static class Quietly
{
    public static async Task CallAsync(DevToolsPipe pipe, string method, string parameters, string? session, CancellationToken deadline)
    {
        try
        {
            await pipe.CallAsync(method, parameters, session, deadline);
        }
        catch (Exception e) when (e is DevToolsException or BrowserLostException)
        {
            // The tab or the browser is gone, and our session with it.
        }
        catch (OperationCanceledException)
        {
            // A browser that does not answer is found and ended by whoever watches it.
        }
    }
}
