using SteelBrowser.Confinement;
using SteelBrowser.Files;
using SteelBrowser.Relay;

namespace SteelBrowser.Chromium;

/// <summary>The browser's command line.</summary>
internal static class BrowserArguments
{
    // Fewer bytes than this in /dev/shm (containers get 64 MB) and pages that use shared memory crash.
    private const long LeastSharedMemory = 512L * 1024 * 1024;

    private static readonly string[] Fixed =
    [
        "--headless",

        // The pipe is ours, and its end is the browser's: whatever kills us closes it. The port is the client's.
        "--remote-debugging-pipe",
        "--remote-debugging-port=0",

        // Nothing that talks to the network, writes or asks on its own account.
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-breakpad",
        "--disable-client-side-phishing-detection",
        "--disable-component-update",
        "--disable-crash-reporter",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-extensions",
        "--disable-features=DialMediaRouteProvider,MediaRouter,OptimizationHints,Translate",
        "--disable-hang-monitor",
        "--disable-prompt-on-repost",
        "--disable-search-engine-choice-screen",
        "--disable-sync",
        "--metrics-recording-only",
        "--noerrdialogs",

        // A page works at full speed although nobody looks at it.
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
        "--disable-ipc-flooding-protection",
        "--disable-renderer-backgrounding",

        // What a server has none of.
        "--disable-gpu",
        "--disable-quic",
        "--mute-audio",
        "--password-store=basic",
    ];

    // Large enough for any page's layout for desktops. The last of several counts: options come after it.
    private const string UsualWindow = "--window-size=1920,1080";

    public static List<string> For(BrowserSettings settings, LaunchOptions options, Profile profile, ProxyRelay? relay)
    {
        List<string> arguments = [.. Fixed, UsualWindow, $"--user-data-dir={profile.Data}"];
        if (!settings.Confinement.HasSandbox)
            arguments.Add("--no-sandbox");

        // Shared memory lies in its temporary folder then, which is its own.
        if (BrowserConfinement.KeepsFiles || SharedMemory.FreeBytes < LeastSharedMemory)
            arguments.Add("--disable-dev-shm-usage");
        arguments.AddRange(settings.Arguments);
        arguments.AddRange(options.Arguments);

        if (relay is not null)
            arguments.AddRange(Through(relay));
        arguments.Add(PageWarmer.BlankPage);
        return arguments;
    }

    // Loopback too, which the browser would spare by itself; it looks up no name, and WebRTC sends nothing past the relay.
    private static string[] Through(ProxyRelay relay) =>
    [
        $"--proxy-server={relay.Address}",
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ];
}
