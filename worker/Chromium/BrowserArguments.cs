using SteelBrowser.Confinement;
using SteelBrowser.Files;
using SteelBrowser.Relay;
using Steelyard.Contract;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Chromium;

/// <summary>The browser's command line.</summary>
internal static class BrowserArguments
{
    // With less free space than this in /dev/shm (containers get 64 MB), pages that use shared memory crash.
    private const long LeastSharedMemory = 512L * 1024 * 1024;

    private static readonly string[] Fixed =
    [
        "--headless",

        // The worker uses the pipe: when the worker dies for any reason, the pipe closes and the browser exits. Clients use the port.
        "--remote-debugging-pipe",
        "--remote-debugging-port=0",

        // Switches off what uses the network, writes files or shows prompts without a request.
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

        // One process less for each session. On Linux the network service has no sandbox of its own, so no protection is lost.
        "--enable-features=NetworkServiceInProcess2",

        // Pages run at full speed although no window shows them.
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
        "--disable-ipc-flooding-protection",
        "--disable-renderer-backgrounding",

        // Features that a server does not have.
        "--disable-gpu",
        "--disable-quic",
        "--mute-audio",
        "--password-store=basic",
    ];

    // Large enough for the desktop layout of any page. The browser uses the last of several sizes, and all options come after this one.
    private static readonly string UsualWindow = $"--window-size={Dimensions.Default.Width},{Dimensions.Default.Height}";

    // Only the relay's addresses are known to the browser's own resolver.
    private static readonly string NoNames = "--host-resolver-rules=MAP * ~NOTFOUND"
        + string.Concat(Enumerable.Range(1, ProxyRelay.MaxContextProxies + 1).Select(last => $", EXCLUDE 127.0.0.{last}"));

    public static List<string> For(BrowserSettings settings, LaunchOptions options, Profile profile, ProxyRelay? relay)
    {
        List<string> arguments = [.. Fixed, UsualWindow, $"--user-data-dir={profile.Data}"];

        // What pages write to their console goes to the browser's output, so that the recorder needs no domain of DevTools for it.
        if (settings.Record.Mode != RecordMode.Off)
            arguments.AddRange(["--enable-logging=stderr", "--v=0"]);
        if (!settings.Confinement.HasSandbox)
            arguments.Add("--no-sandbox");

        // Shared memory is then in the browser's temporary folder, which no other browser uses.
        if (BrowserConfinement.KeepsFiles || SharedMemory.FreeBytes < LeastSharedMemory)
            arguments.Add("--disable-dev-shm-usage");
        arguments.AddRange(settings.Arguments);
        arguments.AddRange(options.Arguments);

        if (relay is not null)
            arguments.AddRange(Through(relay));
        arguments.Add(PageWarmer.BlankPage);
        return arguments;
    }

    // By default the browser does not use a proxy for loopback addresses; here it must. It resolves no host names, and WebRTC sends nothing
    // past the relay.
    private static string[] Through(ProxyRelay relay) =>
    [
        $"--proxy-server={relay.Address}",
        "--proxy-bypass-list=<-loopback>",
        NoNames,
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ];
}
