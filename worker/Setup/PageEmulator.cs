using System.Globalization;
using SteelBrowser.DevTools;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Setup;

/// <summary>
/// Makes every page of the session's own browser context look like one on a phone, or use another language, from its first line of script
/// on. Contexts that a client creates are left unchanged.
/// </summary>
internal sealed class PageEmulator(DevToolsPipe pipe, SessionOptions options)
{
    private string? ownContext;

    /// <summary>
    /// Returns when the emulation applies to the existing pages. It also applies to later pages, as long as the browser lives.
    /// </summary>
    public async Task StartAsync(CancellationToken deadline)
    {
        var targets = await pipe.CallAsync("Target.getTargets", "{}", null, deadline);
        ownContext = targets.GetProperty("targetInfos").EnumerateArray().First().GetProperty("browserContextId").GetString();
        pipe.Received += OnReceived;
        await pipe.CallAsync(
            "Target.setAutoAttach", """{"autoAttach":true,"waitForDebuggerOnStart":true,"flatten":true}""", null, deadline);
    }

    // A target handles its calls in the order they are sent, and does not start before the last one. If it is gone by then, nothing is
    // lost.
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
        if (!options.IsMobile)
            return;
        var (width, height) = options.Dimensions ?? Dimensions.Mobile;
        var scale = MobileDevice.Scale.ToString(CultureInfo.InvariantCulture);
        pipe.Post(
            "Emulation.setDeviceMetricsOverride",
            $$"""{"width":{{width}},"height":{{height}},"deviceScaleFactor":{{scale}},"mobile":true}""",
            session);
        pipe.Post("Emulation.setTouchEmulationEnabled", """{"enabled":true,"maxTouchPoints":5}""", session);
    }
}
