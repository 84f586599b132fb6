using System.Globalization;
using SteelBrowser.DevTools;

namespace SteelBrowser.Setup;

/// <summary>
/// Lets every page of the session's own browser context look like one on a phone, or speak another language, from its first line of script
/// on. Contexts that a client makes are left as that client wants them.
/// </summary>
internal sealed class PageEmulator(DevToolsPipe pipe, SetupOptions options)
{
    private string? ownContext;

    /// <summary>Returns when it is in force for the pages there are; the others follow for as long as the browser lives.</summary>
    public async Task StartAsync(CancellationToken deadline)
    {
        var targets = await pipe.CallAsync("Target.getTargets", "{}", null, deadline);
        ownContext = targets.GetProperty("targetInfos").EnumerateArray().First().GetProperty("browserContextId").GetString();
        pipe.Received += OnReceived;
        await pipe.CallAsync("Target.setAutoAttach", """{"autoAttach":true,"waitForDebuggerOnStart":true,"flatten":true}""", null, deadline);
    }

    // A target takes its calls in the order they are sent. It waits for the last one; if it is gone by then, nothing is lost.
    private void OnReceived(DevToolsEvent received)
    {
        if (received is not { Method: "Target.attachedToTarget", Session: null })
            return;
        var session = received.Parameters.GetProperty("sessionId").GetString();
        if (IsPage(received))
            Emulate(session);
        pipe.Post("Runtime.runIfWaitingForDebugger", "{}", session);
    }

    private bool IsPage(DevToolsEvent attached)
    {
        var target = attached.Parameters.GetProperty("targetInfo");
        return target.GetProperty("type").ValueEquals("page"u8) && target.GetProperty("browserContextId").ValueEquals(ownContext);
    }

    private void Emulate(string? session)
    {
        if (options.Locale is { } locale)
            pipe.Post("Emulation.setLocaleOverride", $$"""{"locale":"{{locale}}"}""", session);
        if (!options.Mobile)
            return;
        var (width, height) = options.Dimensions ?? MobileDevice.Dimensions;
        var scale = MobileDevice.Scale.ToString(CultureInfo.InvariantCulture);
        pipe.Post("Emulation.setDeviceMetricsOverride", $$"""{"width":{{width}},"height":{{height}},"deviceScaleFactor":{{scale}},"mobile":true}""", session);
        pipe.Post("Emulation.setTouchEmulationEnabled", """{"enabled":true,"maxTouchPoints":5}""", session);
    }
}
